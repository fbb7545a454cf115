"""INV-1, INV-3, BAD-5: the records of invoices on every store that keeps the contract of `Dynamo`."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest

from guichet.adapters.dynamo import keys
from guichet.adapters.dynamo.invoice_store import InvoiceStore
from guichet.adapters.dynamo.outbox import DynamoOutbox
from guichet.adapters.dynamo.seam import Dynamo
from guichet.errors import ConcurrentUpdateError
from guichet.invoices.document import DocumentKind
from guichet.invoices.ports import Aggregate, TakeNumbers
from guichet.invoices.run import RunTotal
from guichet.ledger.journal import Change
from guichet.registration.outbox import DueKind
from tests.support.invoicing import NOON, Invoiced
from tests.support.worlds_in_stores import world_in

INVOICE = DocumentKind.INVOICE


class House:
    """An entity's accounts in a store that others use too: names are this test's own."""

    def __init__(self, dynamo: Dynamo) -> None:
        self.mark = uuid.uuid4().hex[:10]
        self.here = Invoiced(world_in(dynamo))
        self.dynamo = dynamo
        self.records = InvoiceStore(dynamo)

    def account(self, name: str) -> str:
        return self.here.account(f"{self.mark}{name}")

    def owing(self, name: str, *nets: int) -> str:
        account = self.account(name)
        for net in nets:
            self.here.bill(account, self.here.usd(net))
        return account


@pytest.fixture
def house(strict_store: Dynamo) -> House:
    return House(strict_store)


def test_documents_are_read_back_with_their_content_and_by_their_number_inv_3(
    house: House,
) -> None:
    account = house.owing("a", 3_000, 500)
    before = house.records.series("us", INVOICE)

    (made,) = house.here.make(account).documents

    assert house.records.invoice(account, made.invoice_id) == made
    assert house.records.invoices(account, [made.invoice_id, "inv_none"]) == [made, None]
    content = house.records.content(made)
    assert content is not None
    assert content.computed_again() == content.document
    assert house.records.numbered("us", INVOICE, made.place) == (account, made.invoice_id)
    after = house.records.series("us", INVOICE)
    assert (after.last_place, after.last_issued_on) == (before.last_place + 1, made.issued_on)
    assert list(house.records.places("us", INVOICE)) == list(range(1, after.last_place + 1))


def test_mails_of_numbers_given_together_are_listed_each_by_itself_until_sent_inv_6(
    house: House,
) -> None:
    accounts = [house.owing(name, 3_000) for name in "abcd"]
    first = house.records.series("us", INVOICE).last_place + 1
    made = house.here.make(*accounts).documents
    names = [keys.document_effect_id("us", INVOICE, each.place) for each in made]
    block = keys.unsent_numbers("us", INVOICE, first)
    outbox = DynamoOutbox(house.dynamo)

    sent = outbox.claim(names[0], now=NOON, until=NOON + timedelta(minutes=2))
    assert sent is not None
    outbox.finish(sent)
    outbox.make_unsent_due(keys.effect_id_at(block.pk, block.sk), now=NOON)
    outbox.make_unsent_due(keys.effect_id_at(block.pk, block.sk), now=NOON)

    due = {each.ids[0] for each in outbox.due(DueKind.EFFECT, now=NOON, limit=200)}
    assert due & set(names) == set(names[1:])
    assert house.dynamo.get("state", block) is None
    assert outbox.claim(names[0], now=NOON, until=NOON) is None
    assert house.records.content(made[0]) is not None


def test_a_number_that_somebody_else_took_is_not_given_again_and_nothing_is_written_inv_3(
    house: House,
) -> None:
    account = house.owing("a", 3_000)
    before = house.records.series("us", INVOICE)
    house.here.make(account)
    (made,) = house.here.invoices(account)
    again = replace(made, invoice_id=f"inv_{house.mark}")
    change: Change[Aggregate] = Change(None, again)

    with pytest.raises(ConcurrentUpdateError):
        house.records.save(
            house.here.world.cause("test"),
            [change],
            [TakeNumbers(before, before.next(made.issued_on or NOON.date()))],
        )

    assert house.records.invoice(account, again.invoice_id) is None


def test_what_is_due_is_nominated_until_it_is_invoiced_inv_1(house: House) -> None:
    account = house.owing("a", 3_000)

    assert house.here.candidate(account) in _nominated(house)
    house.here.make(account)
    assert house.here.candidate(account) not in _nominated(house)


def _nominated(house: House) -> list[object]:
    found: list[object] = []
    after: str | None = None
    while True:
        page = house.records.nominated(NOON + timedelta(days=1), limit=2, after=after)
        found += page.items
        after = page.after
        if after is None:
            return found


def test_a_run_counts_what_it_invoiced_by_currency_inv_1(house: House) -> None:
    run_id = f"run_{house.mark}"
    accounts = [house.owing("a", 3_000), house.owing("b", 500)]

    for account in accounts:
        house.here.make(account, run_id=run_id)

    assert house.records.totals(run_id) == (2, 0, (RunTotal("USD", 3_780),))
    assert house.records.totals("run_none") == (0, 0, ())


def test_lines_that_are_not_in_the_journal_are_missed(house: House) -> None:
    account = house.account("a")
    name = house.here.bill(account, house.here.usd(3_000), house.here.usd(250))

    found = house.records.lines_behind([f"{name}@1"])

    assert [each.net_minor for each in found[f"{name}@1"]] == [3_000, 250]
    with pytest.raises(LookupError):
        house.records.lines_behind([f"{name}@2"])


def test_threads_that_number_at_once_leave_no_gap_and_no_number_twice_inv_3(
    strict_store: Dynamo,
) -> None:
    house = House(strict_store)
    accounts = [house.owing(f"t{number}", 1_000) for number in range(6)]
    before = house.records.series("us", INVOICE).last_place
    begin = Barrier(3)

    def work(some: list[str]) -> Callable[[], None]:
        def run() -> None:
            begin.wait()
            for account in some:
                while house.here.candidate(account) and not house.here.invoices(account):
                    try:
                        house.here.make(account)
                    except ConcurrentUpdateError:
                        continue

        return run

    threads = [Thread(target=work(accounts[n::3] + accounts[:1])) for n in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    places = [one.place for account in accounts for one in house.here.invoices(account)]
    assert sorted(places) == list(range(before + 1, before + 7))
    assert house.records.series("us", INVOICE).last_place == before + 6
