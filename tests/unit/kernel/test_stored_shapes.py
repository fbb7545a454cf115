"""What is stored reads back as it was, and what must not be kept for ever is not in the journal."""

import dataclasses
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.access.addresses import Address
from guichet.access.membership import Account, AccountKind, Member, Representative, Role
from guichet.access.profile import BillingProfile
from guichet.adapters.dynamo import items, journal_items, keys
from guichet.adapters.dynamo.codec import decode, encode_fields, encode_stated
from guichet.adapters.dynamo.seam import Item
from guichet.events import Actor, ActorKind, Event
from guichet.ledger.billable import BillableLine
from guichet.ledger.journal import Cause, Change
from guichet.ledger.postings import LedgerAccount, Posting
from guichet.money import Money
from guichet.payments.account import PaymentAccount
from guichet.payments.cart_payment import CartPayment
from guichet.payments.payment import Payment, PaymentStatus
from guichet.payments.refund import Refund, RefundStatus
from guichet.period import Period
from guichet.registration.discount import DiscountCode
from guichet.registration.provider_event import EventStatus, ProviderEvent
from guichet.registration.registration import Registration, RegistrationStatus
from guichet.registration.training import Training
from guichet.subscriptions.balance import AccountBalance
from guichet.subscriptions.cart import Cart, Preview
from guichet.subscriptions.seats import SeatAssignment
from guichet.subscriptions.subscription import Subscription
from guichet.subscriptions.usage import UsageMonth
from guichet.tax.certificate import ExemptionCertificate
from guichet.tax.vat_check import VatRecord
from tests.support import samples

STORED = [
    Account,
    Member,
    PaymentAccount,
    DiscountCode,
    Training,
    Registration,
    Payment,
    Refund,
    ProviderEvent,
    Posting,
    Actor,
    BillableLine,
    Subscription,
    Preview,
    Cart,
    CartPayment,
    AccountBalance,
    SeatAssignment,
    UsageMonth,
    ExemptionCertificate,
    VatRecord,
]
DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 12, 31))
MOMENTS = st.integers(min_value=0, max_value=80 * 365 * 86_400_000).map(
    lambda milliseconds: samples.NOW + timedelta(milliseconds=milliseconds)
)
CAUSE = Cause(Actor(ActorKind.SYSTEM, "test", "test"), "test", samples.NOW)


def any_of(hint: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401, PLR0911 - a type hint, one line a kind
    """Any value that a stored field of this type may hold."""
    origin = get_origin(hint)
    if origin is Union or type(hint).__name__ == "UnionType":
        return st.one_of(
            [st.none() if part is type(None) else any_of(part) for part in get_args(hint)]
        )
    if origin is tuple:
        return st.lists(any_of(get_args(hint)[0]), max_size=3).map(tuple)
    if hint is Money:
        return st.builds(Money, st.integers(min_value=0, max_value=10**12), st.just("USD"))
    if hint is Period:
        return st.tuples(DAYS, DAYS).map(lambda days: Period(min(days), max(days)))
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        hints = get_type_hints(hint)
        return st.builds(hint, **{f.name: any_of(hints[f.name]) for f in dataclasses.fields(hint)})
    if hint is datetime:
        return MOMENTS
    if hint is date:
        return DAYS
    if issubclass(hint, StrEnum):
        return st.sampled_from(hint)
    return {str: st.text(max_size=10), int: st.integers(), bool: st.booleans()}[hint]


@pytest.mark.parametrize("kind", STORED, ids=lambda kind: kind.__name__)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_everything_stored_reads_back_as_it_was_mon_1(kind: type, data: st.DataObject) -> None:
    value = data.draw(any_of(kind))

    assert decode(kind, encode_fields(value)) == value
    assert decode(kind, encode_stated(value)) == value


def test_a_field_that_an_older_item_lacks_takes_its_default() -> None:
    stored = encode_fields(samples.payment(asked_count=3))
    for name in ("asked_count", "refund_id", "calling_since", "version"):
        del stored[name]

    assert decode(Payment, stored) == samples.payment()


def test_a_field_that_no_code_knows_any_more_is_left_aside() -> None:
    stored = {**encode_fields(samples.payment()), "schema_version": 1, "pk": "x", "was": "old"}

    assert decode(Payment, stored) == samples.payment()


def test_a_missing_field_without_a_default_is_no_payment() -> None:
    stored = encode_fields(samples.payment())
    del stored["amount"]

    with pytest.raises(TypeError):
        decode(Payment, stored)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("amount", {"amount_minor": 1.0, "currency": "USD"}, id="float in money"),
        pytest.param("attempt", 1.0, id="float for a count"),
        pytest.param("attempt", "1", id="text for a count"),
        pytest.param("attempt", True, id="truth for a count"),
        pytest.param("payment_id", 1, id="count for a text"),
        pytest.param("amount", "USD 1", id="text for money"),
    ],
)
def test_a_stored_value_of_another_type_is_refused_mon_1(field: str, value: Any) -> None:  # noqa: ANN401 - what a damaged item holds
    stored = {**encode_fields(samples.payment()), field: value}

    with pytest.raises(TypeError):
        decode(Payment, stored)


def test_a_float_is_never_stored_mon_1() -> None:
    with pytest.raises(TypeError):
        encode_fields(Event("x", 1.5))  # type: ignore[arg-type]  # the refusal is what is tested


def test_an_unknown_state_is_refused_bad_4() -> None:
    with pytest.raises(ValueError, match="refunded"):
        decode(Payment, {**encode_fields(samples.payment()), "status": "refunded"})


SECRET = "unforgettable"
PRIVATE_SAMPLES = [
    pytest.param(samples.registration(name=SECRET, email=SECRET, note=SECRET), id="registration"),
    pytest.param(samples.payment(request_body=SECRET, redirect_url=SECRET), id="payment"),
    pytest.param(samples.refund(request_body=SECRET, fee_request_body=SECRET), id="refund"),
    pytest.param(
        Member("mem_1", "acc_1", "https://i.example", SECRET, SECRET, SECRET, (Role.OWNER,)),
        id="member",
    ),
    pytest.param(Account("acc_1", "Atelier", SECRET, "VAT", "Europe/Paris", "fr"), id="account"),
    pytest.param(
        Account(
            *("acc_1", "Atelier", "a@example.org", "VAT", "Europe/Paris", "fr"),
            kind=AccountKind.CORPORATE,
            representative=Representative(SECRET, SECRET),
        ),
        id="account with a representative",
    ),
    pytest.param(
        BillingProfile(
            account_id="acc_1",
            company=SECRET,
            contact_email=SECRET,
            time_zone="Europe/Paris",
            language="fr",
            billing_address=Address(SECRET, SECRET, "FR"),
            shipping_address=Address(SECRET, SECRET, "FR"),
            vat_number=SECRET,
            contact_name=SECRET,
            phone=SECRET,
            cc_emails=(SECRET,),
            version=1,
        ),
        id="billing profile",
    ),
]


@pytest.mark.parametrize("value", PRIVATE_SAMPLES)
def test_nothing_private_enters_the_journal_when_made_or_changed_acc_3(value: Any) -> None:  # noqa: ANN401 - any aggregate
    changed = dataclasses.replace(value, version=2)
    plain = dataclasses.replace(
        value, **{name: "other" for name in journal_items.PRIVATE if hasattr(value, name)}
    )

    made = journal_items.journal_item(CAUSE, "kind/id", Change(None, value))
    moved = journal_items.journal_item(CAUSE, "kind/id", Change(plain, changed))

    assert SECRET not in str(made)
    assert SECRET not in str(moved)
    assert moved["after"] == {"version": 2}
    assert SECRET in str(items.item_of(value))


def test_a_journal_entry_says_who_when_why_before_after_and_reads_back_acc_3_mon_4() -> None:
    before = samples.payment(status=PaymentStatus.OPEN)
    after = samples.payment(status=PaymentStatus.CAPTURED, version=2)
    posting = Posting(LedgerAccount.REGISTRANTS, LedgerAccount.PROVIDER_BALANCE, samples.usd(5))
    facts: dict[str, str | int | None] = {"payment_id": "pay_p", "count": 2, "none": None}

    item = journal_items.journal_item(
        CAUSE,
        "payment/pay_p",
        Change(before, after, (Event("payment.captured", facts),), (posting,), ("confirmed",)),
    )
    entry = journal_items.journal_entry(item)

    assert (entry.aggregate, entry.sequence) == ("payment/pay_p", 2)
    assert (entry.account_id, entry.use_case) == ("acc_1", "test")
    assert (entry.actor, entry.at) == (CAUSE.actor, samples.NOW)
    assert entry.before == {"status": "open", "version": 1}
    assert entry.after == {"status": "captured", "version": 2}
    assert entry.events == (Event("payment.captured", facts),)
    assert entry.postings == (posting,)
    assert entry.mails == ("confirmed",)


@settings(max_examples=40, deadline=None)
@given(
    lines=st.lists(any_of(BillableLine), max_size=3).map(tuple), book=st.sampled_from(["eu", None])
)
def test_what_a_change_bills_and_in_whose_book_reads_back_mon_4(
    lines: tuple[BillableLine, ...], book: str | None
) -> None:
    posting = Posting(LedgerAccount.SALES, LedgerAccount.RECEIVABLE, samples.usd(5))
    change = Change(None, samples.cart_payment(), (), (posting,), lines=lines, book=book)

    entry = journal_items.journal_entry(journal_items.journal_item(CAUSE, "kind/id", change))

    assert (entry.lines, entry.book) == (lines, book)


def test_an_entry_without_lines_is_as_short_as_before() -> None:
    item = journal_items.journal_item(CAUSE, "payment/pay_p", Change(None, samples.payment()))

    assert not {"lines", "book", "mails"} & set(item)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        pytest.param(samples.registration(), "hold", id="a hold"),
        pytest.param(samples.payment(status=PaymentStatus.PROCESSING), "payment", id="a debit"),
        pytest.param(samples.refund(), "refund", id="a refund"),
        pytest.param(samples.refund(status=RefundStatus.SUCCEEDED), "refund", id="an owed fee"),
        pytest.param(
            samples.registration(status=RegistrationStatus.CONFIRMED, hold=None),
            None,
            id="nothing for a confirmed one",
        ),
        pytest.param(samples.payment(status=PaymentStatus.OPEN), None, id="nothing while open"),
        pytest.param(
            samples.refund(status=RefundStatus.SUCCEEDED, provider_fee_refund_id="fr_1"),
            None,
            id="nothing when finished",
        ),
        pytest.param(samples.refund(status=RefundStatus.FAILED), None, id="nothing when failed"),
    ],
)
def test_what_must_happen_later_is_in_the_index_of_due_work_reg_4(
    value: Registration | Payment | Refund, kind: str | None
) -> None:
    item = items.item_of(value)

    assert item.get("due_key") == (None if kind is None else keys.due(kind))


def test_a_received_event_is_due_until_it_is_applied_bad_3() -> None:
    event = ProviderEvent("stripe", "evt_1", "charge.succeeded", "acct_1", "{}", samples.NOW)

    assert "due_key" in items.event_item(event)
    applied = dataclasses.replace(event, status=EventStatus.APPLIED)
    assert "due_key" not in items.event_item(applied)


@given(st.text(max_size=40))
def test_no_key_is_torn_by_what_a_person_types_reg_12(typed: str) -> None:
    for key in (keys.live_email("trn_t", typed), keys.code_uses_of("dsc_1", typed)):
        assert key.sk.count("#") == 1
    assert keys.code_name("acc_1", typed).sk.count("#") == 1


def test_an_address_is_the_same_in_any_case_reg_12() -> None:
    assert keys.live_email("trn_t", " Ada@Example.org") == keys.live_email(
        "trn_t", "ada@example.ORG"
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Noted:
    """Fields that are empty by default, and one that is not."""

    name: str
    note: str | None = None
    seats: int | None = None
    count: int = 0
    version: int = 1


@pytest.mark.parametrize(
    ("value", "stated"),
    [
        pytest.param(Noted("a"), {"name": "a", "version": 1}, id="nothing but what has no default"),
        pytest.param(Noted("", count=2), {"name": "", "count": 2, "version": 1}, id="a number"),
        pytest.param(
            Noted("a", note="", seats=0),
            {"name": "a", "note": "", "seats": 0, "version": 1},
            id="empty in another way than by default",
        ),
    ],
)
def test_what_is_empty_by_default_need_not_be_stated(value: Noted, stated: Item) -> None:
    plain = encode_stated(value)

    assert plain == stated
    assert decode(Noted, plain) == value
