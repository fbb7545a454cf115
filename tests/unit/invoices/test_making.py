"""INV-1, INV-3, BAD-5, BAD-12: invoices of what is due, once each, with numbers that have no gaps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from guichet.errors import ConcurrentUpdateError
from guichet.invoices.document import DocumentKind
from guichet.invoices.invoice import InvoiceStatus
from guichet.invoices.use_cases.make_invoices import make_invoices
from guichet.ledger.postings import LedgerAccount as L
from tests.support.billing import Billing
from tests.support.invoicing import ACTOR, NOON, Invoiced
from tests.support.unchanged import nothing_written
from tests.support.verified import assert_verified


@pytest.fixture
def here() -> Invoiced:
    return Invoiced()


def test_a_bill_becomes_an_invoice_with_tax_and_its_number_inv_1(here: Invoiced) -> None:
    account = here.account()
    here.bill(account, here.usd(3_000), here.usd(1_250))

    made = here.make(account)

    (invoice,) = here.invoices(account)
    assert [each.number for each in made.documents] == [invoice.number] == ["US-I-000001"]
    assert (invoice.status, invoice.total_minor, invoice.open_minor) == (
        *(InvoiceStatus.OPEN, 4_590, 4_590),
    )
    assert (invoice.issued_on, invoice.due_on) == (NOON.date(), date(2026, 7, 1))
    (open_bill,) = here.balance(account).bills
    assert (open_bill.is_invoiced, open_bill.open_minor) == (True, 4_590)
    assert here.content(invoice).document.number == "US-I-000001"
    assert here.books() == {L.SALES: -4_250, L.SALES_TAX: -340, L.RECEIVABLE: 4_590}
    assert_verified(here.world.dynamo, here.world.clock.now())


def test_run_twice_it_makes_nothing_more_inv_1(here: Invoiced) -> None:
    account = here.account()
    here.bill(account, here.usd(3_000))
    here.make(account)

    with nothing_written(here.world.dynamo):
        again = here.make(account, account)

    assert (again.documents, again.waiting) == ([], 1)


def test_lines_of_several_subscriptions_stand_on_one_invoice_of_their_day_inv_1(
    here: Invoiced,
) -> None:
    account = here.account()
    for net in (3_000, 500, 250):
        here.bill(account, here.usd(net))

    here.make(account)

    (invoice,) = here.invoices(account)
    assert sorted(each.net_minor for each in here.content(invoice).lines) == [250, 500, 3_000]


def test_what_comes_after_the_invoice_of_its_day_is_another_invoice_inv_8(here: Invoiced) -> None:
    account = here.account()
    here.bill(account, here.usd(3_000))
    here.make(account)
    here.bill(account, here.usd(500))

    here.make(account)

    assert sorted(each.subtotal_minor for each in here.invoices(account)) == [500, 3_000]
    assert here.places() == [1, 2]


def test_what_lies_ahead_waits_for_its_day_inv_1(here: Invoiced) -> None:
    account = here.account()
    here.bill(account, here.usd(3_000, date(2026, 6, 2)))

    assert here.make(account).documents == []
    here.world.clock.at = datetime(2026, 6, 2, tzinfo=UTC)
    assert len(here.make(account).documents) == 1


def test_credit_pays_before_the_number_is_given_col_7(here: Invoiced) -> None:
    account = here.account()
    here.give_credit(account, 5_000)
    here.bill(account, here.usd(3_000))
    here.bill(account, here.usd(3_000, date(2026, 5, 31)))

    here.make(account)

    older, newer = here.invoices(account)
    assert (older.credit_applied_minor, older.status) == (3_240, InvoiceStatus.PAID)
    assert (newer.credit_applied_minor, newer.open_minor) == (1_760, 1_480)
    assert here.content(newer).document.credit_applied_minor == 1_760
    assert here.content(newer).document.tax_minor == 240, "credit never lowers what is taxed"
    balance = here.balance(account)
    assert (balance.credit_minor, [bill.open_minor for bill in balance.bills]) == (0, [1_480])
    assert here.books()[L.RECEIVABLE] == 1_480
    assert L.ACCOUNT_CREDIT not in here.books()


def test_where_something_older_is_open_credit_waits_to_pay_it_first_col_7(here: Invoiced) -> None:
    account = here.account()
    here.bill(account, here.usd(3_000, date(2026, 5, 1)))
    here.make(account)
    here.bill(account, here.usd(1_000))
    here.give_credit(account, 4_000)

    here.make(account)
    here.apply(account)

    older, newer = here.invoices(account)
    assert (older.open_minor, newer.credit_applied_minor) == (0, 4_000 - 3_240)
    assert here.content(newer).document.credit_applied_minor == 0, "as it was when it was issued"


def test_credits_beyond_the_charges_are_notes_and_account_credit_inv_11(here: Invoiced) -> None:
    account = here.account()
    here.bill(account, here.usd(5_000, date(2026, 5, 1)))
    here.make(account)
    (first,) = here.invoices(account)
    back = here.usd(-4_000, of_invoice=first.invoice_id)
    here.bill(account, here.usd(1_000), back)

    here.make(account)

    by_kind = {
        (each.kind, each.number): each
        for each in here.invoices(account)
        if each.invoice_id != first.invoice_id
    }
    invoice = by_kind[DocumentKind.INVOICE, "US-I-000002"]
    note = by_kind[DocumentKind.CREDIT_NOTE, "US-C-000001"]
    assert (invoice.total_minor, invoice.status) == (0, InvoiceStatus.PAID)
    assert (note.total_minor, note.refers_to) == (3_240, first.invoice_id)
    assert here.content(note).document.refers_to is not None
    after = here.parts.invoices.invoice(account, first.invoice_id)
    assert after is not None
    assert (after.noted_minor, after.note_count, after.open_minor) == (3_240, 1, 5_400)
    balance = here.balance(account)
    assert (balance.credit_minor, balance.due(date.max).amount_minor) == (3_240, 5_400 - 3_240)
    assert sum(here.books().values()) == 0
    assert (here.books()[L.ACCOUNT_CREDIT], here.books()[L.RECEIVABLE]) == (-3_240, 5_400)
    assert_verified(here.world.dynamo, here.world.clock.now())


def test_what_corrects_an_invoice_of_the_same_run_comes_after_it_inv_11(here: Invoiced) -> None:
    account = here.account()
    here.bill(account, here.usd(5_000, date(2026, 5, 1)))
    (early,) = here.balance(account).bills
    here.bill(account, here.usd(-4_000, of_invoice=early.invoice_id))

    first = here.make(account)
    second = here.make(account)

    assert [each.number for each in first.documents] == ["US-I-000001"]
    assert [each.number for each in second.documents] == ["US-C-000001"]
    assert here.balance(account).credit_minor == 4_320


def test_more_than_a_write_holds_comes_in_several_with_one_sequence_of_numbers_inv_3(
    here: Invoiced,
) -> None:
    accounts = [here.account() for _ in range(40)]
    for account in accounts:
        here.bill(account, here.usd(3_000))

    made = here.make(*accounts)

    assert len(made.documents) == 40
    assert here.places() == list(range(1, 41))
    entries = [each for each in here.world.journal() if each.aggregate.startswith("invoice/")]
    assert len({each.after["number"] for each in entries}) == 40
    assert_verified(here.world.dynamo, here.world.clock.now())


def test_a_run_late_by_a_quarter_makes_an_invoice_of_each_bill_inv_1(here: Invoiced) -> None:
    account = here.account()
    days = [date(2026, 6, 1) + timedelta(days=7 * week) for week in range(13)]
    for day in days:
        here.bill(account, here.usd(1_000, day))
    here.world.clock.at = NOON + timedelta(days=95)

    while here.make(account).documents:
        pass

    found = here.invoices(account)
    assert [each.bill_on for each in found] == days
    assert {each.issued_on for each in found} == {date(2026, 9, 4)}
    assert {each.due_on for each in found} == {date(2026, 10, 4)}, "from the day of issue (INV-10)"
    assert [each.place for each in found] == list(range(1, 14))
    assert here.balance(account).waiting == ()


def test_days_do_not_run_backwards_when_the_clock_does_inv_3(here: Invoiced) -> None:
    one, other = here.account(), here.account()
    here.bill(one, here.usd(3_000))
    here.bill(other, here.usd(3_000, date(2026, 5, 20)))
    here.make(one)
    here.world.clock.at = NOON - timedelta(days=3)

    here.make(other)

    (first,), (second,) = here.invoices(one), here.invoices(other)
    assert (first.place, second.place) == (1, 2)
    assert (first.issued_on, second.issued_on) == (NOON.date(), NOON.date())


def test_what_is_about_to_be_renewed_is_waited_for_and_not_for_ever_inv_1(here: Invoiced) -> None:
    account = here.account()
    here.bill(account, here.usd(3_000), is_due=True)  # its own period should have begun

    early = here.make(account)
    here.world.clock.at = NOON.replace(hour=0) + timedelta(hours=24) - timedelta(seconds=1)
    late = here.make(account)
    here.world.clock.advance(seconds=1)
    at_last = here.make(account)

    assert (early.waiting, late.waiting) == (1, 1)
    assert len(at_last.documents) == 1


def test_what_has_waited_long_enough_waits_for_no_newer_bill_inv_1(here: Invoiced) -> None:
    account = here.account()
    here.bill(account, here.usd(1_000, NOON.date() - timedelta(days=2)))
    here.bill(account, here.usd(3_000), is_due=True)

    made = here.make(account)

    assert [each.subtotal_minor for each in made.documents] == [1_000]
    assert [bill.bill_on for bill in here.balance(account).waiting] == [NOON.date()]


@pytest.mark.parametrize(
    ("time_zone", "bill_on", "due_at", "issued_on"),
    [
        pytest.param(
            *("Pacific/Auckland", date(2026, 7, 1)),
            *("2026-06-30T12:00:00+00:00", date(2026, 6, 30)),
            id="an account ahead of its seller",
        ),
        pytest.param(
            *("Pacific/Honolulu", date(2026, 7, 1)),
            *("2026-07-01T10:00:00+00:00", date(2026, 7, 1)),
            id="behind it",
        ),
        pytest.param(
            *("UTC", date(2028, 2, 29)),
            *("2028-02-29T00:00:00+00:00", date(2028, 2, 28)),
            id="29 February",
        ),
        pytest.param(
            *("America/New_York", date(2027, 3, 14)),
            *("2027-03-14T05:00:00+00:00", date(2027, 3, 14)),
            id="the night without an hour",
        ),
        pytest.param(
            *("America/New_York", date(2027, 11, 7)),
            *("2027-11-07T04:00:00+00:00", date(2027, 11, 7)),
            id="the night with one more",
        ),
        pytest.param(
            *("Africa/Cairo", date(2026, 7, 1)),
            *("2026-06-30T21:00:00+00:00", date(2026, 6, 30)),
            id="Cairo",
        ),
    ],
)
def test_a_bill_is_due_by_the_accounts_day_and_dated_by_the_sellers_mon_6(
    here: Invoiced, time_zone: str, bill_on: date, due_at: str, issued_on: date
) -> None:
    """The US entity's days are New York's."""
    account = here.account(time_zone=time_zone)
    here.world.clock.at = datetime.fromisoformat(due_at) - timedelta(days=30)
    here.bill(account, here.usd(3_000, bill_on), time_zone=time_zone)

    here.world.clock.at = datetime.fromisoformat(due_at) - timedelta(seconds=1)
    early = here.make(account)
    here.world.clock.advance(seconds=1)
    here.make(account)

    assert early.documents == []
    (invoice,) = here.invoices(account)
    assert (invoice.bill_on, invoice.issued_on) == (bill_on, issued_on)


def test_an_order_that_is_paid_gets_one_invoice_over_what_was_paid_bad_14() -> None:
    billing = Billing()
    cart = billing.buy(billing.webinar(seats=3))

    (invoice,) = billing.parts().invoices.invoices_of(billing.account_id, limit=9, after=None).items
    assert (invoice.invoice_id, invoice.cart_id) == (cart.invoice_id, cart.cart_id)
    assert (invoice.total_minor, invoice.paid_minor) == (9_000, 9_000)
    assert invoice.status is InvoiceStatus.PAID
    assert billing.parts().invoices.waiting_order(billing.account_id, cart.cart_id) is None


class _Refusing:
    """Records in which somebody always writes one account first."""

    def __init__(self, records: object, account_id: str) -> None:
        self._records, self._account_id = records, account_id

    def __getattr__(self, name: str) -> object:
        return getattr(self._records, name)

    def save(self, cause: object, changes: list[object], steps: object = ()) -> None:
        if any(each.after.account_id == self._account_id for each in changes):  # type: ignore[attr-defined]  # changes of aggregates
            raise ConcurrentUpdateError("somebody was faster")
        self._records.save(cause, changes, steps)  # type: ignore[attr-defined]  # as the store


def test_a_block_that_fails_again_and_again_is_halved_until_others_get_through_inv_1(
    here: Invoiced,
) -> None:
    accounts = [here.account() for _ in range(8)]
    for account in accounts:
        here.bill(account, here.usd(3_000))
    invoicing = here.invoicing()
    contended = replace(invoicing, records=_Refusing(invoicing.records, accounts[5]))  # type: ignore[arg-type]  # stands in

    with pytest.raises(ConcurrentUpdateError):
        make_invoices(
            *(here.entity, [here.candidate(each) for each in accounts], ACTOR), invoicing=contended
        )

    done = [account for account in accounts if here.invoices(account)]
    assert done == accounts[:5], "those before it have theirs; the message comes again"
    assert here.places() == [1, 2, 3, 4, 5]
    here.make(*accounts)
    assert here.places() == list(range(1, 9))
