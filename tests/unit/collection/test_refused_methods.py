"""COL-1, COL-10, ACC-1: what is refused about payment methods, each with its code, and nothing written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest

from guichet.access.membership import OPERATOR, BillingGrant, Member, Role
from guichet.collection.collecting import Collecting
from guichet.errors import Unavailable
from tests.support.stored_methods import Methods
from tests.support.unchanged import nothing_written
from tests.support.world import refusal_of

type Doing = Callable[[Methods], object]


def refused(methods: Methods, doing: Doing) -> str:
    with nothing_written(methods.world.dynamo):
        return refusal_of(lambda: doing(methods)).code


STARTS: Final[list[tuple[str, Doing]]] = [
    ("method_not_offered", lambda m: m.start("bank_debit", accepts="ach-1", selling_entity="au")),
    ("method_not_offered", lambda m: m.start("bank_debit", accepts="x", selling_entity="ca")),
    ("method_not_offered", lambda m: m.start("card", provider="paypal")),
    ("method_not_offered", lambda m: m.start("paypal", provider="stripe")),
    ("selling_entity_unknown", lambda m: m.start(selling_entity="nobody")),
    ("currency_not_sold", lambda m: m.start(currency="JPY")),
    ("authorization_required", lambda m: m.start("bank_debit")),
    ("authorization_changed", lambda m: m.start("bank_debit", accepts="ach-0")),
    ("authorization_not_needed", lambda m: m.start("card", accepts="ach-1")),
]


@pytest.mark.parametrize(("code", "doing"), STARTS)
def test_what_can_not_be_stored_is_refused_and_nothing_is_written_col_10(
    methods: Methods, code: str, doing: Doing
) -> None:
    assert refused(methods, doing) == code


def test_where_no_provider_stores_methods_none_is_offered(methods: Methods) -> None:
    methods.world.parts = methods.world.container(methods=lambda _: {})

    assert refused(methods, lambda m: m.start()) == "method_not_offered"


def test_without_a_billing_address_somebody_has_to_be_named_acc_4() -> None:
    methods = Methods()
    profiles = methods.world.parts.profiles
    account = profiles.account(methods.billing.account_id)
    assert account is not None
    before = profiles.profile(account)
    homeless = replace(before, billing_address=None, version=before.version + 1)
    profiles.save_profile(methods.world.cause("seed"), before, homeless)

    assert refused(methods, lambda m: m.start()) == "billing_address_missing"
    assert refused(methods, lambda m: m.autopay()) == "billing_address_missing"
    assert methods.start(selling_entity="us").selling_entity == "us"


def test_nobody_types_a_card_for_a_customer_col_10(methods: Methods) -> None:
    representative = methods.billing.representative

    assert refused(methods, lambda m: m.start(member=representative)) == "payment_method_by_link"


def _member(methods: Methods, name: str, role: Role, *grants: BillingGrant) -> Member:
    account = OPERATOR if role is Role.AUDITOR else methods.billing.account_id
    member = methods.world.member(name, role, account_id=account, billing=grants)
    return member.acting_for(methods.billing.account_id)


@pytest.mark.parametrize(
    ("role", "grants"),
    [
        (Role.ADMINISTRATOR, ()),
        (Role.BILLING_ADMINISTRATOR, (BillingGrant.VIEW_PAYMENT_METHODS,)),
        (Role.BILLING_ADMINISTRATOR, (BillingGrant.MANAGE_INVOICES,)),
        (Role.LICENCE_MANAGER, ()),
        (Role.EVENT_MANAGER, ()),
        (Role.AUDITOR, ()),
    ],
)
def test_who_may_not_manage_methods_stores_and_removes_none_acc_1(
    methods: Methods, role: Role, grants: tuple[BillingGrant, ...]
) -> None:
    stored = methods.store()
    member = _member(methods, "mo", role, *grants)

    assert refused(methods, lambda m: m.start(member=member)) == "not_allowed"
    assert refused(methods, lambda m: m.remove(stored.method_id, member)) == "not_allowed"


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.BILLING_ADMINISTRATOR])
def test_who_was_granted_it_stores_and_removes_acc_1(methods: Methods, role: Role) -> None:
    member = _member(methods, "mo", role, BillingGrant.MANAGE_PAYMENT_METHODS)
    setup = methods.start(member=member)
    methods.agree(setup)

    back = methods.come_back(setup, member)

    assert back.method_id is not None
    assert not methods.remove(back.method_id, member).value.is_active


def test_another_account_s_page_and_method_are_as_absent_acc_2(methods: Methods) -> None:
    setup = methods.start()
    stored = methods.store()
    stranger = replace(methods.billing.owner, account_id="acc_studio")

    assert refused(methods, lambda m: m.come_back(setup, stranger)) == "not_found"
    assert refused(methods, lambda m: m.remove(stored.method_id, stranger)) == "not_found"


def test_the_last_default_stays_while_autopay_is_on_col_1(methods: Methods) -> None:
    stored = methods.store()
    methods.autopay()

    assert refused(methods, lambda m: m.remove(stored.method_id)) == "last_default_payment_method"


def test_autopay_needs_something_to_charge_col_1(methods: Methods) -> None:
    assert refused(methods, lambda m: m.autopay()) == "default_payment_method_missing"
    assert refused(methods, lambda m: m.autopay(entity="nobody")) == "selling_entity_unknown"


@pytest.mark.parametrize("act", ["make_default", "remove"])
def test_a_method_that_is_not_there_is_not_chosen(methods: Methods, act: str) -> None:
    gone = methods.store()
    methods.remove(gone.method_id)

    assert refused(methods, lambda m: getattr(m, act)("pmt_nowhere")) == "not_found"
    assert refused(methods, lambda m: m.make_default(gone.method_id)) == "not_found"


def test_only_representatives_send_links_col_10(methods: Methods) -> None:
    owner = methods.billing.owner

    assert refused(methods, lambda m: m.send_link(member=owner)) == "not_allowed"


def test_while_another_worker_opens_the_page_nobody_else_does(methods: Methods) -> None:
    methods.provider().losing["open_setup"].append("after")
    with pytest.raises(Unavailable):
        methods.start(key="one")
    records = methods.collecting().records
    lost = records.setup(_only_setup(methods))
    assert lost is not None
    _busy(methods.collecting(), lost.setup_id)

    assert refused(methods, lambda m: m.start(key="one")) == "setup_in_flight"
    methods.world.clock.advance(seconds=31)
    assert methods.start(key="one").redirect_url is not None


def _only_setup(methods: Methods) -> str:
    (key,) = [str(each["pk"]) for each in methods.world.state() if each["sk"] == "METHOD_SETUP"]
    return key.partition("#")[2]


def _busy(collecting: Collecting, setup_id: str) -> None:
    """Another worker has begun to ask for its page."""
    from guichet.collection.writing import bumped  # noqa: PLC0415 - here alone
    from guichet.ledger.journal import Cause, Change  # noqa: PLC0415 - same
    from tests.support.world import SYSTEM  # noqa: PLC0415 - same

    setup = collecting.records.setup(setup_id)
    assert setup is not None
    now = collecting.clock.now()
    busy = bumped(setup.retried(now, setup.ends_at))
    collecting.records.save(Cause(SYSTEM, "test", now), [Change(setup, busy)])
