"""Life cycles of payment methods over all pairs, and the laws of an account's list (COL-1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.adapters.dynamo import method_items
from guichet.adapters.dynamo.codec import decode
from guichet.adapters.selling.packaged import packaged_selling_entities
from guichet.collection import setup as setups
from guichet.collection import stored as stored_methods
from guichet.collection.offering import may_charge
from guichet.collection.payment_methods import PaymentMethods
from guichet.collection.setup import Setup, SetupStatus
from guichet.collection.stored import Authorization, MethodStatus, StoredMethod
from guichet.configuration import load_collection_policy
from guichet.errors import Conflict
from guichet.payments.stored_method import DebitScheme, FoundMethod, MethodKind, MethodToken
from tests.support.world import START

A, S = SetupStatus, MethodStatus
TOKEN: Final = MethodToken(
    provider="stripe", kind=MethodKind.CARD, customer_id="cus_1", token_id="pm_1"
)
AUTHORIZED: Final = Authorization(
    scheme=DebitScheme.SEPA,
    text_version="sepa-1",
    text_dated=date(2026, 11, 1),
    language="de",
    text="…",
    accepted_at=START,
    accepted_by="mem_a",
    accepted_from="203.0.113.9",
)
SETUP: Final = Setup(
    setup_id="set_1",
    account_id="acc_a",
    selling_entity="us",
    provider="stripe",
    kind=MethodKind.CARD,
    currency="USD",
    attempt=1,
    request_body='{"a": 1}',
    ends_at=START,
    started_at=START,
    started_by="mem_a",
    request_hash="h",
    authorization=AUTHORIZED,
    found=FoundMethod(token=TOKEN, last4="4242"),
)
STORED: Final = StoredMethod(
    method_id="pmt_1",
    account_id="acc_a",
    selling_entity="us",
    setup_id="set_1",
    token=TOKEN,
    provider="stripe",
    kind=MethodKind.CARD,
    stored_at=START,
    stored_by="mem_a",
)
MOVES: Final[list[tuple[Any, dict[Any, set[Any]]]]] = [
    (
        SETUP,
        {
            A.CREATED: {A.OPEN, A.ENDED},
            A.OPEN: {A.STORED, A.REFUSING, A.ENDED},
            A.STORED: set(),
            A.REFUSING: {A.REFUSED},
            A.REFUSED: set(),
            A.ENDED: {A.STORED, A.REFUSING},
        },
    ),
    (STORED, {S.ACTIVE: {S.DETACHED}, S.DETACHED: set()}),
]
PAIRS: Final = [
    pytest.param(value, before, after, after in moves[before], id=f"{before}-{after}")
    for value, moves in MOVES
    for before, after in product(moves, repeat=2)
]


@pytest.mark.parametrize(("value", "before", "after", "allowed"), PAIRS)
def test_only_the_moves_of_the_table_happen(
    value: Any,  # noqa: ANN401 - either life cycle
    before: Any,  # noqa: ANN401 - same
    after: Any,  # noqa: ANN401 - same
    *,
    allowed: bool,
) -> None:
    at_first = replace(value, status=before)

    if allowed:
        assert at_first.transition_to(after) == replace(at_first, status=after)
    else:
        with pytest.raises(Conflict) as refused:
            at_first.transition_to(after)
        assert refused.value.code.endswith(f"_{before}")


def test_every_state_has_its_row() -> None:
    assert set(setups.TRANSITIONS) == set(SetupStatus)
    assert set(stored_methods.TRANSITIONS) == set(MethodStatus)


def test_a_bank_account_without_an_authorization_is_not_charged_col_10() -> None:
    debit = replace(STORED, kind=MethodKind.BANK_DEBIT)

    assert not debit.may_be_charged
    assert replace(debit, authorization=AUTHORIZED).may_be_charged
    assert STORED.may_be_charged
    assert not STORED.detached(START, forget_from=None).may_be_charged


@pytest.mark.parametrize(
    ("kind", "brand", "entity", "currency", "expected"),
    [
        pytest.param("card", "visa", "us", "USD", True, id="a card"),
        pytest.param("card", "discover", "ca", "USD", True, id="Discover in USD"),
        pytest.param("card", "discover", "ca", "CAD", False, id="the same in CAD"),
        pytest.param("card", "visa_electron", "ie", "EUR", True, id="Visa Electron in Ireland"),
        pytest.param("card", "visa", "us", "EUR", False, id="a currency that is not billed"),
        pytest.param("bank_debit", "", "ie", "EUR", True, id="a debit in its currency"),
        pytest.param("bank_debit", "", "ie", "USD", False, id="a debit in another"),
        pytest.param("paypal", "", "gb", "GBP", True, id="PayPal"),
        pytest.param("paypal", "", "gb", "EUR", False, id="PayPal, not billed"),
    ],
)
def test_a_method_is_charged_in_what_its_entity_takes_by_it_col_10(
    kind: str,
    brand: str,
    entity: str,
    currency: str,
    expected: bool,  # noqa: FBT001 - a column of the table
) -> None:
    found = packaged_selling_entities().entity(entity)
    method = replace(
        STORED, kind=MethodKind(kind), brand=brand, selling_entity=entity, authorization=AUTHORIZED
    )

    assert may_charge(method, found, currency) is expected
    gone = method.detached(START, forget_from=None)
    assert not may_charge(gone, found, currency)
    with pytest.raises(ValueError, match="alone"):
        may_charge(replace(method, selling_entity="au"), found, currency)


def test_after_a_final_decline_nothing_is_retried_by_itself_col_3() -> None:
    stopped = STORED.stopped(START)

    assert stopped.may_be_charged  # by the customer, who is there
    assert not stopped.may_be_retried


@pytest.mark.parametrize(
    "value",
    [
        SETUP,
        replace(SETUP, authorization=None, found=None, request_body=""),
        STORED,
        replace(STORED, authorization=AUTHORIZED, stopped_at=START),
    ],
)
def test_what_is_stored_is_read_back_as_it_was(value: Setup | StoredMethod) -> None:
    item = method_items.item_of(value)

    read = (
        method_items.read_asking(Setup, item)
        if isinstance(value, Setup)
        else decode(StoredMethod, item)
    )

    assert read == value


doings = st.lists(
    st.tuples(
        st.sampled_from(["add", "remove", "gone", "default", "on", "off"]),
        st.sampled_from(MethodKind),
        st.integers(0, 9),
    ),
    max_size=40,
)


@given(doings)
def test_whatever_happens_a_list_keeps_its_laws_col_1(
    story: list[tuple[str, MethodKind, int]],
) -> None:
    """Limits hold; there is a default while there is a method; removing never leaves autopay nothing."""
    policy = load_collection_policy()
    methods = PaymentMethods(account_id="acc_a", selling_entity="us")
    for number, (doing, kind, place) in enumerate(story):
        ids = [each.method_id for each in methods.held]
        chosen = ids[place % len(ids)] if ids else None
        before = methods
        try:
            match doing:
                case "add":
                    methods.require_room(kind, policy)
                    methods = methods.adding(f"pmt_{number}", kind)
                case "remove" if chosen:
                    methods = methods.removing(chosen)
                    assert not methods.is_autopay or methods.default_method_id
                case "gone" if chosen:
                    methods = methods.without(chosen)
                case "default" if chosen:
                    methods = methods.with_default(chosen)
                case "on" | "off":
                    methods = methods.with_autopay(on=doing == "on")
        except Conflict:
            assert methods == before

        assert all(methods.counts(each) <= policy.most_methods[each] for each in MethodKind)
        assert (methods.default_method_id is not None) == bool(methods.held)
        assert methods.default_method_id is None or methods.holds(methods.default_method_id)
