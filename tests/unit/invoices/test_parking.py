"""INV-1: what does not add up is parked and told to a person, and the others go on without a gap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import MappingProxyType

import pytest

from guichet.adapters.tax_tables import TableTaxes
from guichet.bootstrap_billing import BillingParts
from guichet.catalogue.selling import SellingEntities
from guichet.entry.relaying import ALARMS
from guichet.invoices.use_cases import make_invoices as making
from guichet.invoices.use_cases.make_invoices import make_invoices
from guichet.ledger.journal import Change
from guichet.subscriptions.ports import Aggregate
from guichet.tax.fees import FeeTables
from tests.support.bills_drafted import CATALOGUES
from tests.support.invoicing import ACTOR, Invoiced
from tests.support.taxing import TABLES
from tests.support.unchanged import nothing_written

type Spoil = Callable[[Invoiced, str], None]


def _bank_details_missing(here: Invoiced, account: str) -> None:
    here.bill(account, here.usd(3_000))
    entity = replace(here.world.parts.selling_entities.entity(here.entity), bank_details=())
    _with_entity(here, entity.entity_id, replace(entity))


def _with_entity(here: Invoiced, name: str, entity: object) -> None:
    old = here.world.parts.selling_entities
    entities = {**old.entities, name: entity}
    here.world.parts.selling_entities = SellingEntities(
        MappingProxyType(entities),  # type: ignore[arg-type]  # one of them is the test's own
        old.by_country,
        old.others,
    )
    here.world.parts.billing = BillingParts(here.world.parts, given_taxes=here.parts.taxes)


def _tax_unknown(here: Invoiced, account: str) -> None:
    """The table of fees lacks the quarter; who buys no telephony does not need it (TAX-5)."""
    held = here.world.parts
    taxes = TableTaxes(held.selling_entities, CATALOGUES, TABLES, FeeTables({}))
    held.billing = BillingParts(held, given_taxes=taxes)
    here.bill(account, here.usd(3_000, product_id="telephony"))


def _not_printable(here: Invoiced, account: str) -> None:
    here.change_profile(account, company="株式会社")
    here.bill(account, here.usd(3_000))


def _no_such_version(here: Invoiced, account: str) -> None:
    here.bill(account, here.usd(3_000, catalogue_version="1999-01"))


def _of_no_invoice(here: Invoiced, account: str) -> None:
    here.bill(account, here.usd(-3_000))


def _too_long(here: Invoiced, account: str) -> None:
    for _ in range(21):
        here.bill(account, *(here.usd(1) for _ in range(100)))


def _other_sum(here: Invoiced, account: str) -> None:
    here.bill(account, here.usd(3_000))
    before = here.balance(account)
    (bill,) = before.bills
    after = replace(before, bills=(replace(bill, open_minor=2_999),), version=before.version + 1)
    change: Change[Aggregate] = Change(before, after, book=here.entity)
    here.parts.records.save(here.world.cause("by_hand"), [change])


def _lost_lines(here: Invoiced, account: str) -> None:
    here.bill(account, here.usd(3_000))
    before = here.balance(account)
    (bill,) = before.bills
    after = replace(
        before, bills=(replace(bill, sources=("sub_gone@1",)),), version=before.version + 1
    )
    change: Change[Aggregate] = Change(before, after, book=here.entity)
    here.parts.records.save(here.world.cause("by_hand"), [change])


@dataclass(frozen=True)
class Parked:
    reason: str
    spoil: Spoil


CASES = [
    Parked("tax_unknown", _tax_unknown),
    Parked("text_not_printable", _not_printable),
    Parked("catalogue_version_missing", _no_such_version),
    Parked("credit_without_invoice", _of_no_invoice),
    Parked("invoice_too_long", _too_long),
    Parked("does_not_add_up", _other_sum),
    Parked("does_not_add_up", _lost_lines),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.spoil.__name__.strip("_"))
def test_what_does_not_add_up_is_parked_and_the_others_have_numbers_without_gaps_inv_1(
    case: Parked,
) -> None:
    here = Invoiced()
    accounts = [here.account() for _ in range(3)]
    case.spoil(here, accounts[1])
    for account in (accounts[0], accounts[2]):
        here.bill(account, here.usd(3_000))

    made = here.make(*accounts)

    assert [(each.account_id, why) for each, why in made.parked] == [(accounts[1], case.reason)]
    assert here.balance(accounts[1]).parked == case.reason
    assert here.invoices(accounts[1]) == []
    assert [each.place for name in accounts for each in here.invoices(name)] == [1, 2]
    with nothing_written(here.world.dynamo):
        assert here.make(*accounts).parked == [], "once; it is due no more"
    entry = next(
        each for each in here.world.journal() if "invoice.parked" in {e.name for e in each.events}
    )
    (event,) = entry.events
    assert event.facts["reason"] == case.reason
    says_why = {"does_not_add_up", "tax_unknown", "catalogue_version_missing"}
    assert ("why" in event.facts) is (case.reason in says_why), "a defect, and what is missing"
    here.world.relay()
    assert here.world.alarms.count("invoice.parked") == 1
    assert "invoice.parked" in ALARMS


def test_a_quarter_without_its_factor_is_parked_and_says_what_to_add_and_where_tax_5() -> None:
    here = Invoiced()
    account = here.account()
    _tax_unknown(here, account)

    here.make(account)

    (why,) = (
        event.facts["why"]
        for entry in here.world.journal()
        for event in entry.events
        if event.name == "invoice.parked"
    )
    assert "the fee us-federal-universal-service on 2026-" in str(why)
    assert "config/tax/fees.yaml" in str(why)


def test_where_there_are_no_bank_details_all_of_that_currency_are_parked_inv_12() -> None:
    here = Invoiced()
    accounts = [here.account() for _ in range(2)]
    _bank_details_missing(here, accounts[0])
    here.bill(accounts[1], here.usd(3_000))

    made = here.make(*accounts)

    assert [why for _, why in made.parked] == ["bank_details_missing"] * 2
    assert here.places() == []


def test_bills_of_a_seller_that_is_gone_are_parked_inv_12() -> None:
    here = Invoiced()
    account = here.account()
    here.bill(account, here.usd(3_000))
    old = here.world.parts.selling_entities
    left = {name: each for name, each in old.entities.items() if name != here.entity}
    here.world.parts.selling_entities = SellingEntities(
        MappingProxyType(left), old.by_country, old.others
    )
    here.world.parts.billing = BillingParts(here.world.parts)

    made = here.make(account)

    assert [why for _, why in made.parked] == ["selling_entity_missing"]
    assert here.balance(account).parked == "selling_entity_missing"


def test_what_is_released_is_invoiced_with_the_next_number_inv_1() -> None:
    here = Invoiced()
    account, other = here.account(), here.account()
    _not_printable(here, account)
    here.bill(other, here.usd(3_000))
    here.make(account, other)
    here.change_profile(account, company="Kabushiki")
    before = here.balance(account)
    change: Change[Aggregate] = Change(
        before, replace(before, parked="", version=before.version + 1), book=here.entity
    )
    here.parts.records.save(here.world.cause("release"), [change])

    here.make(account)

    assert [each.place for each in here.invoices(account)] == [2]


def test_a_parked_account_is_not_parked_again_with_another_reason_inv_1() -> None:
    here = Invoiced()
    account = here.account()
    _of_no_invoice(here, account)
    here.make(account)
    cause = here.world.cause("test")

    with nothing_written(here.world.dynamo):
        again = making.park(here.candidate(account), "other", cause, here.invoicing())

    assert again is False


def test_nothing_of_a_refused_block_is_written_inv_3() -> None:
    here = Invoiced()
    account = here.account()

    with nothing_written(here.world.dynamo):
        made = make_invoices(
            here.entity, [here.candidate(account)], ACTOR, invoicing=here.invoicing()
        )

    assert (made.documents, made.parked, made.waiting) == ([], [], 1)
