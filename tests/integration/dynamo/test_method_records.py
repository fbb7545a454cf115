"""Records of payment methods, on every store that keeps the contract (COL-1, COL-10)."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import pytest

from guichet.access.membership import Account
from guichet.access.profile import first_profile
from guichet.adapters.dynamo.history import History
from guichet.adapters.dynamo.method_store import MethodStore
from guichet.adapters.dynamo.outbox import DynamoOutbox
from guichet.adapters.dynamo.people import People
from guichet.adapters.dynamo.seam import Dynamo
from guichet.collection.customer import ProviderCustomer
from guichet.collection.declines import Declines
from guichet.collection.payment_methods import PaymentMethods
from guichet.collection.ports import Aggregate, CollectionRecords, PointToMethod
from guichet.collection.setup import Setup
from guichet.collection.stored import Authorization, StoredMethod
from guichet.collection.writing import bumped
from guichet.configuration import load_collection_policy
from guichet.errors import ConcurrentUpdateError, NotFound
from guichet.events import Actor, ActorKind, Event
from guichet.ledger.journal import Cause, Change
from guichet.payments.stored_method import DebitScheme, FoundMethod, MethodKind, MethodToken
from guichet.registration.outbox import BillingMail, DueKind
from tests.support.samples import NOW

CAUSE: Final = Cause(Actor(ActorKind.SYSTEM, "test", "test"), "test", NOW)
SECRETS: Final = ("tok_secret", "cus_secret", "4242", "mandate_secret", "agreed text")


class House:
    """The records under test, of an account that no other test touches."""

    def __init__(self, dynamo: Dynamo) -> None:
        self.dynamo = dynamo
        self.records: CollectionRecords = MethodStore(dynamo)
        self.mark = uuid.uuid4().hex[:12]
        self.account_id = f"acc_{self.mark}"

    def token(self, number: int = 1) -> MethodToken:
        return MethodToken(
            provider="stripe",
            kind=MethodKind.BANK_DEBIT,
            customer_id="cus_secret",
            token_id=f"tok_secret_{self.mark}_{number}",
            mandate_id="mandate_secret",
        )

    def authorization(self) -> Authorization:
        return Authorization(
            scheme=DebitScheme.ACH,
            text_version="ach-1",
            text_dated=date(2026, 11, 1),
            language="en",
            text="agreed text",
            accepted_at=NOW,
            accepted_by="mem_a",
            accepted_from="203.0.113.9",
            reference="mandate_secret",
        )

    def setup(self) -> Setup:
        return Setup(
            setup_id=f"set_{self.mark}",
            account_id=self.account_id,
            selling_entity="us",
            provider="stripe",
            kind=MethodKind.BANK_DEBIT,
            currency="USD",
            attempt=1,
            request_body='{"customer": "cus_secret"}',
            customer_id="cus_secret",
            ends_at=NOW + timedelta(minutes=31),
            started_at=NOW,
            started_by="mem_a",
            request_hash="h",
            calling_since=NOW,
            authorization=self.authorization(),
        )

    def method(self, number: int = 1) -> StoredMethod:
        return StoredMethod(
            method_id=f"pmt_{self.mark}_{number}",
            account_id=self.account_id,
            selling_entity="us",
            setup_id=f"set_{self.mark}",
            token=self.token(number),
            provider="stripe",
            kind=MethodKind.BANK_DEBIT,
            stored_at=NOW,
            stored_by="mem_a",
            last4="4242",
            authorization=self.authorization(),
        )

    def save(
        self,
        *changes: Change[Aggregate],
        steps: tuple[PointToMethod, ...] = (),
    ) -> None:
        self.records.save(CAUSE, changes, steps)


@pytest.fixture
def house(store: Dynamo) -> House:
    return House(store)


def test_a_setup_is_read_back_with_its_exact_bytes(house: House) -> None:
    setup = house.setup()

    house.save(Change(None, setup, (Event("method_setup.started"),)))

    assert house.records.setup(setup.setup_id) == setup
    assert house.records.setup("set_nowhere") is None


def test_nothing_that_a_provider_knows_somebody_by_is_in_the_journal_col_1(house: House) -> None:
    setup, method = house.setup(), house.method()
    found = FoundMethod(token=house.token(), last4="4242")
    refusing = bumped(replace(setup.opened("page", "https://x"), found=found))
    customer = ProviderCustomer(
        account_id=house.account_id,
        selling_entity="us",
        provider="stripe",
        made_for=setup.setup_id,
        customer_id="cus_secret",
    )

    house.save(Change(None, setup), Change(None, method), Change(None, customer))
    house.save(Change(setup, refusing))

    entries = list(History(house.dynamo).entries_of(house.account_id))
    assert len(entries) == 4
    assert [each for each in SECRETS if each in repr(entries)] == []


def test_a_method_is_found_by_account_and_by_its_provider_s_name(house: House) -> None:
    method = house.method()
    point = PointToMethod("stripe", method.token.token_id, house.account_id, method.method_id)

    house.save(Change(None, method), steps=(point,))

    records = house.records
    assert records.stored_method(house.account_id, method.method_id) == method
    assert records.method_named("stripe", method.token.token_id) == method
    assert records.method_named("paypal", method.token.token_id) is None
    assert records.stored_methods(house.account_id, [method.method_id, "pmt_x"]) == [method]
    assert records.stored_methods(house.account_id, []) == []


def test_lists_are_by_seller_and_begin_empty(house: House) -> None:
    first = house.records.methods(house.account_id, "us")
    assert (first.version, first.held) == (0, ())
    assert house.records.methods_of(house.account_id) == []

    irish = PaymentMethods(account_id=house.account_id, selling_entity="ie")
    changed = [
        bumped(each.adding(f"pmt_{number}", MethodKind.CARD))
        for number, each in enumerate((first, irish))
    ]
    house.save(*(Change(None, each) for each in changed))

    assert house.records.methods(house.account_id, "us") == changed[0]
    assert {each.selling_entity for each in house.records.methods_of(house.account_id)} == {
        "us",
        "ie",
    }


def test_who_read_an_older_list_writes_nothing_col_1(house: House) -> None:
    first = house.records.methods(house.account_id, "us")
    one, two = (bumped(first.adding(each, MethodKind.CARD)) for each in ("pmt_1", "pmt_2"))
    house.save(Change(None, one))

    with pytest.raises(ConcurrentUpdateError):
        house.save(Change(None, two), Change(None, house.method()))

    assert house.records.methods(house.account_id, "us") == one
    assert house.records.stored_method(house.account_id, house.method().method_id) is None


def test_declines_are_read_back_and_begin_empty_col_3(house: House) -> None:
    policy = load_collection_policy()
    first = house.records.declines(house.account_id)
    assert first == Declines(account_id=house.account_id)

    tried = bumped(first.trying("a", "pmt_1", ["inv_1"], NOW, policy))
    house.save(Change(None, tried))

    assert house.records.declines(house.account_id) == tried


def test_account_and_profile_are_those_of_the_billing_centre(house: House) -> None:
    account = Account(house.account_id, "Atelier", "a@b.example", "", "UTC", "en")
    People(house.dynamo).add_account(CAUSE, account)

    assert house.records.account(house.account_id) == account
    assert house.records.profile(house.account_id) == first_profile(account)
    with pytest.raises(NotFound):
        house.records.account("acc_nowhere")


def test_what_waits_is_due_and_what_is_over_is_not(house: House) -> None:
    outbox = DynamoOutbox(house.dynamo)
    setup, method = house.setup(), house.method()
    removed = replace(method.detached(NOW, forget_from=NOW), version=2)
    house.save(Change(None, setup), Change(None, method))
    house.save(Change(method, removed, mails=("billing_method_removed",)))

    def due(kind: DueKind) -> set[tuple[str, ...]]:
        found = outbox.due(kind, now=NOW + timedelta(hours=1), limit=100)
        return {each.ids for each in found if house.mark in str(each.ids)}

    assert due(DueKind.METHOD_SETUP) == {(setup.setup_id,)}
    assert due(DueKind.STORED_METHOD) == {(house.account_id, method.method_id)}
    effect = outbox.claim(
        f"EFFECT#stored_method/{method.method_id}#2", now=NOW, until=NOW + timedelta(minutes=1)
    )
    assert effect is not None
    assert effect.mails == (BillingMail.METHOD_REMOVED,)
    assert (effect.account_id, effect.method_id) == (house.account_id, method.method_id)
    assert effect.is_of_methods

    house.save(Change(setup, bumped(setup.ended())), Change(removed, bumped(removed.forgotten())))

    assert due(DueKind.METHOD_SETUP) == due(DueKind.STORED_METHOD) == set()
