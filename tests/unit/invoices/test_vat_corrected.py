"""TAX-3: once a VAT number is confirmed, the VAT of the last 30 days' invoices goes back, once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from guichet.adapters.documents.cii import cross_industry_invoice
from guichet.adapters.documents.electronic import electronic_invoice
from guichet.adapters.documents.ubl import universal_invoice
from guichet.entry.relaying import ALARMS
from guichet.invoices.document import Settlement
from guichet.invoices.invoice import Invoice, InvoiceStatus
from guichet.invoices.ports import Aggregate
from guichet.invoices.remaining import Wanted
from guichet.ledger.journal import Change
from guichet.tax.places import Category, Sentence
from guichet.tax.subject import VatStanding
from guichet.tax.vat_check import VatAnswer
from tests.simulation.kills import Calls, Killed, KillingDynamo, KillPoint, kill_points
from tests.simulation.turns import TurningDynamo, Turns, explore
from tests.support.billing import Billing
from tests.support.bills_drafted import DUBLIN, PARIS
from tests.support.confirming import Unconfirmed
from tests.support.correcting import invoices_of
from tests.support.unchanged import nothing_written
from tests.support.verified import assert_verified
from tests.support.world import refusal_of


@pytest.fixture
def ann() -> Unconfirmed:
    return Unconfirmed()


def assert_right(ann: Unconfirmed) -> None:
    """Nothing is to be found, and what is owed of VAT is what invoices less their notes say."""
    assert_verified(ann.world.dynamo, ann.world.clock.now())
    charged = sum(each.tax_minor for each in ann.invoices())
    assert ann.vat_in_books() == charged - sum(each.tax_minor for each in ann.notes())
    for each in ann.invoices():
        assert each.noted_minor <= each.total_minor


def test_the_vat_of_an_open_invoice_is_less_to_pay_tax_3(ann: Unconfirmed) -> None:
    before = ann.invoiced(10_000, 333)
    assert (before.tax_minor, before.open_minor) == (2_067, 12_400)

    ann.answered()

    after, (note,) = ann.again(before), ann.notes()
    assert (note.number, note.refers_to) == ("IE-C-000001", before.invoice_id)
    assert (note.subtotal_minor, note.tax_minor, note.total_minor) == (0, 2_067, 2_067)
    assert note.settlement is Settlement.OFFSET
    assert (after.open_minor, after.offset_minor, after.status) == (
        *(10_333, 2_067, InvoiceStatus.OPEN),
    )
    assert (ann.credit(), ann.vat_in_books()) == (0, 0)
    assert ann.world.mails().count("billing_credit_note") == 1
    assert_right(ann)


def test_the_note_gives_lines_back_as_they_were_and_charges_them_reversed_tax_3(
    ann: Unconfirmed,
) -> None:
    ann.invoiced(10_000, 333)

    ann.answered()

    (note,) = ann.notes()
    document = ann.here.content(note).document
    assert [each.net_minor for each in document.lines] == [10_000, -10_000, 333, -333]
    assert [(each.category, each.base_minor, each.amount_minor) for each in document.taxes] == [
        (Category.STANDARD, 10_333, 2_067),
        (Category.REVERSE_CHARGE, -10_333, 0),
    ]
    assert [sentence for sentence, _ in document.sentences] == [Sentence.REVERSE_CHARGE]
    assert document.buyer.vat_number == "FR61954506077"


def test_the_vat_of_a_paid_invoice_becomes_account_credit_tax_3_col_7(ann: Unconfirmed) -> None:
    ann.here.give_credit(ann.account, 50_000)
    before = ann.invoiced(10_000)
    assert before.status is InvoiceStatus.PAID

    ann.answered()

    after, (note,) = ann.again(before), ann.notes()
    assert (after.status, after.offset_minor) == (InvoiceStatus.PAID, 0)
    assert note.settlement is Settlement.ACCOUNT_CREDIT
    assert ann.credit() == 50_000 - 12_000 + 2_000
    assert_right(ann)


def test_of_one_that_is_nearly_paid_it_is_credit_which_pays_the_rest_tax_3(
    ann: Unconfirmed,
) -> None:
    ann.here.give_credit(ann.account, 11_000)
    before = ann.invoiced(10_000)
    assert before.open_minor == 1_000

    ann.answered()

    after, (note,) = ann.again(before), ann.notes()
    assert note.settlement is Settlement.ACCOUNT_CREDIT
    assert (after.status, after.credit_applied_minor) == (InvoiceStatus.PAID, 12_000)
    assert ann.credit() == 1_000
    assert_right(ann)


def test_of_one_that_is_being_collected_it_is_credit_and_the_payment_goes_on_tax_3(
    ann: Unconfirmed,
) -> None:
    before = ann.invoiced(10_000)
    leased = lease(ann, before)

    ann.told()
    (note,) = ann.corrected()

    after = ann.again(before)
    assert note.settlement is Settlement.ACCOUNT_CREDIT
    assert (after.open_minor, after.open_payment_id) == (12_000, leased.open_payment_id)
    assert ann.credit() == 2_000


def lease(ann: Unconfirmed, invoice: Invoice) -> Invoice:
    leased = replace(invoice.leased("ipy_1"), version=invoice.version + 1)
    change = Change[Aggregate](invoice, leased)
    ann.here.parts.invoices.save(ann.world.cause("seed"), [change])
    return leased


@pytest.mark.parametrize(("days", "count"), [(0, 1), (29, 1), (30, 1), (31, 0)])
def test_invoices_of_the_last_30_days_the_30th_included_tax_3(
    ann: Unconfirmed, days: int, count: int
) -> None:
    ann.invoiced(10_000)

    ann.answered(days)

    assert len(ann.notes()) == count
    assert_right(ann)


def test_a_number_that_is_denied_gives_nothing_back_tax_3(ann: Unconfirmed) -> None:
    ann.invoiced(10_000)

    ann.answered(answer=VatAnswer.INVALID)

    assert ann.notes() == []


def test_a_number_that_was_denied_after_its_confirmation_gives_nothing_back_tax_3(
    ann: Unconfirmed,
) -> None:
    ann.invoiced(10_000)
    ann.told()
    ann.told(answer=VatAnswer.INVALID)

    ann.world.settle_down()

    assert ann.notes() == []


def test_an_invoice_of_another_number_keeps_its_vat_tax_3(ann: Unconfirmed) -> None:
    ann.here.change_profile(ann.account, vat_number="FR83404833048")
    ann.invoiced(10_000)
    ann.here.change_profile(ann.account, vat_number="FR61954506077")

    ann.answered()

    assert ann.notes() == []


def test_in_the_sellers_own_state_it_stays_charged_tax_3() -> None:
    ann = Unconfirmed(address=DUBLIN)
    assert ann.invoiced(10_000).tax_minor == 2_300

    ann.answered()

    assert ann.notes() == []
    assert_right(ann)


def test_what_went_back_by_hand_is_left_out_tax_3_mon_3(ann: Unconfirmed) -> None:
    before = ann.invoiced(10_003, 5_000)
    by_hand = ann.credited(before, Wanted(0, 3_334)).note

    ann.answered()

    _, note = ann.notes()
    assert by_hand.tax_minor + note.tax_minor == before.tax_minor
    document = ann.here.content(note).document
    assert [each.net_minor for each in document.lines] == [6_669, -6_669, 5_000, -5_000]
    assert_right(ann)


def test_one_that_was_credited_whole_is_left_alone_tax_3(ann: Unconfirmed) -> None:
    before = ann.invoiced(10_000)
    ann.credited(before)

    ann.answered()

    assert len(ann.notes()) == 1


@pytest.mark.parametrize("wanted", [(Wanted(0, 2_500),), ()], ids=["a part", "all that is left"])
def test_what_is_credited_later_bears_no_vat_any_more_tax_3(
    ann: Unconfirmed, wanted: tuple[Wanted, ...]
) -> None:
    before = ann.invoiced(10_000)
    ann.answered()

    note = ann.credited(before, *wanted).note

    assert (note.tax_minor, note.total_minor) == (0, 2_500 if wanted else 10_000)
    taxes = ann.here.content(note).document.taxes
    assert [each.category for each in taxes] == [Category.REVERSE_CHARGE]
    rest = ann.credited(before).note.total_minor if wanted else 0
    after = ann.again(before)
    assert note.total_minor + rest + 2_000 == before.total_minor == after.noted_minor
    assert after.status is InvoiceStatus.PAID
    assert refusal_of(lambda: ann.credited(before)).code == "credit_exceeds_invoice"
    assert_right(ann)


def test_by_hand_before_and_after_it_comes_to_exactly_the_invoice_tax_3_mon_3(
    ann: Unconfirmed,
) -> None:
    before = ann.invoiced(6_833, 6_833)
    ann.credited(before, Wanted(0, 1_111))
    ann.answered()
    ann.credited(before, Wanted(0, 2_222), Wanted(1))

    ann.credited(before)

    assert sum(each.total_minor for each in ann.notes()) == before.total_minor
    assert sum(each.tax_minor for each in ann.notes()) == before.tax_minor
    assert_right(ann)


def test_a_later_bill_gives_it_back_without_vat_sub_6_tax_3(ann: Unconfirmed) -> None:
    first = ann.invoiced(10_000)
    ann.answered()

    second = ann.invoiced(12_000, -6_000, of_invoice=first.invoice_id)

    assert (second.subtotal_minor, second.tax_minor) == (6_000, 0)


def test_what_a_corrected_bill_gave_back_is_charged_there_again_sub_6_tax_3(
    ann: Unconfirmed,
) -> None:
    """The first charged 2000, the second 2400 less 1200 of the first: 3200 in all."""
    first = ann.invoiced(10_000)
    ann.world.clock.advance(days=5)
    second = mixed(ann, 12_000, -6_000, first)
    assert second.tax_minor == 1_200

    ann.answered()

    assert [(each.refers_to, each.tax_minor) for each in ann.notes()] == [
        (first.invoice_id, 2_000),
        (second.invoice_id, 1_200),
    ]
    assert ann.vat_in_books() == 0
    assert_right(ann)


def test_what_a_bill_gave_back_that_is_not_corrected_went_back_there_sub_6_tax_3(
    ann: Unconfirmed,
) -> None:
    """Another number was on the second, which keeps its 2400; 1200 of the first's went back on it."""
    first = ann.invoiced(10_000)
    ann.here.change_profile(ann.account, vat_number="FR83404833048")
    mixed(ann, 12_000, -6_000, first)
    ann.here.change_profile(ann.account, vat_number="FR61954506077")

    ann.answered()

    assert [(each.refers_to, each.tax_minor) for each in ann.notes()] == [(first.invoice_id, 800)]
    assert ann.vat_in_books() == 2_400
    assert_right(ann)


def test_what_a_credit_note_of_a_bill_gave_back_is_left_out_inv_11_tax_3(ann: Unconfirmed) -> None:
    first = ann.invoiced(10_000)
    ann.here.bill(
        ann.account, ann.here.usd(-4_000, ann.world.clock.at.date(), of_invoice=first.invoice_id)
    )
    ann.here.make(ann.account)
    assert [each.tax_minor for each in ann.notes()] == [800]

    ann.answered()

    assert [each.tax_minor for each in ann.notes()] == [800, 1_200]
    assert ann.vat_in_books() == 0
    assert_right(ann)


def test_what_an_invoice_of_long_ago_gets_back_stays_as_it_was_sub_6_tax_3(
    ann: Unconfirmed,
) -> None:
    first = ann.invoiced(10_000)
    ann.world.clock.advance(days=31)
    second = mixed(ann, 12_000, -6_000, first)

    ann.answered()

    assert [(each.refers_to, each.tax_minor) for each in ann.notes()] == [
        (second.invoice_id, 2_400)
    ]
    assert ann.vat_in_books() == 2_000 - 1_200
    assert ann.credited(second).note.tax_minor == -1_200
    assert ann.again(second).noted_minor == second.total_minor
    assert_right(ann)


def test_more_than_the_invoice_is_left_to_a_person_inv_11_tax_3(ann: Unconfirmed) -> None:
    """What it gave back of an older one leaves less of it than its own VAT."""
    first = ann.invoiced(10_000)
    ann.world.clock.advance(days=31)
    second = mixed(ann, 10_000, -9_000, first)

    ann.answered()
    ann.corrected()

    assert (second.total_minor, ann.notes()) == (1_200, [])
    assert ann.again(second).not_reversed == "credit_exceeds_invoice"
    assert ann.world.alarms.count("invoice.vat_not_reversed") == 1
    assert "invoice.vat_not_reversed" in ALARMS
    assert_right(ann)


def mixed(ann: Unconfirmed, charge: int, credit: int, of: Invoice) -> Invoice:
    """A bill that charges, and gives back some of an earlier invoice."""
    day, known = ann.world.clock.at.date(), {each.invoice_id for each in ann.invoices()}
    lines = ann.here.usd(charge, day), ann.here.usd(credit, day, of_invoice=of.invoice_id)
    ann.here.bill(ann.account, *lines)
    ann.here.make(ann.account)
    (made,) = [each for each in ann.invoices() if each.invoice_id not in known]
    return made


def test_the_electronic_note_is_as_the_standard_wants_it_inv_4_tax_3(ann: Unconfirmed) -> None:
    ann.invoiced(10_000, 333)
    ann.answered()
    (note,) = ann.notes()

    told = electronic_invoice(ann.here.content(note).document)

    assert told is not None
    assert [(each.quantity, each.net) for each in told.lines[:2]] == [
        ("1", "100.00"),
        ("-1", "-100.00"),
    ]
    assert (told.subtotal, told.tax, told.total) == ("0.00", "20.67", "20.67")
    assert b"CreditedQuantity" in universal_invoice(told)
    assert cross_industry_invoice(told)


def test_twice_it_is_corrected_once_tax_3(ann: Unconfirmed) -> None:
    ann.invoiced(10_000)
    ann.answered()

    with nothing_written(ann.world.dynamo):
        again = ann.corrected()

    assert again == []
    assert ann.note_places() == [1]


def test_a_worker_may_die_at_any_call_tax_3_bad_5() -> None:
    struck = 0
    for point in points():
        ann, calls = two_charged(), Calls(point)
        held = ann.world.container(KillingDynamo(ann.world.dynamo, calls))
        try:
            ann.corrected(held)
        except Killed:
            struck += 1

        ann.world.settle_down()

        assert [each.tax_minor for each in ann.notes()] == [2_000, 1_000]
        assert ann.note_places() == [1, 2]
        assert_right(ann)
    assert struck > 20


def two_charged() -> Unconfirmed:
    ann = Unconfirmed()
    ann.invoiced(10_000)
    ann.invoiced(5_000)
    ann.told()
    return ann


def points() -> list[KillPoint]:
    ann, calls = two_charged(), Calls()
    ann.corrected(ann.world.container(KillingDynamo(ann.world.dynamo, calls)))
    return list(kill_points(calls.made))


type Act = Callable[[Unconfirmed, TurningDynamo], object]


def _correct(ann: Unconfirmed, dynamo: TurningDynamo) -> object:
    return ann.corrected(ann.world.container(dynamo=dynamo))


def _apply(ann: Unconfirmed, dynamo: TurningDynamo) -> object:
    return ann.here.apply(ann.account, ann.world.container(dynamo=dynamo))


@pytest.mark.parametrize("other", [_correct, _apply], ids=["the same twice", "the use of credit"])
def test_workers_that_meet_correct_once_tax_3_bad_5(other: Act) -> None:
    meetings: list[Unconfirmed] = []

    def start() -> Turns:
        ann, turns = Unconfirmed(), Turns()
        ann.invoiced(10_000)
        ann.here.give_credit(ann.account, 3_000)
        ann.told()
        dynamo = TurningDynamo(ann.world.dynamo, turns)
        turns.actor("one", partial(_correct, ann, dynamo))
        turns.actor("other", partial(other, ann, dynamo))
        meetings.append(ann)
        return turns

    for _ in explore(start, preemptions=1):
        ann = meetings[-1]
        ann.world.settle_down()
        assert [each.tax_minor for each in ann.notes()] == [2_000]
        assert (ann.invoices()[0].open_minor, ann.credit()) == (7_000, 0)
        assert_right(ann)

    assert len(meetings) > 5


# -- orders -----------------------------------------------------------------------------------


def french(world_is_out: bool = True) -> Billing:  # noqa: FBT001, FBT002 - what the register does
    billing = Billing()
    if world_is_out:
        billing.world.vies.take_out("FR")
    profile = billing.move_to(PARIS)
    after = replace(profile, vat_number="FR61954506077", version=profile.version + 1)
    billing.world.parts.profiles.save_profile(billing.world.cause("update_profile"), profile, after)
    return billing


def answer(billing: Billing) -> None:
    """The register is back, and upkeep asks when an hour is over, or the next invoice does."""
    billing.world.vies.bring_back("FR")
    billing.world.clock.advance(hours=1)
    billing.world.settle_down()


def assert_order_is_corrected(billing: Billing, standing: VatStanding) -> None:
    note, order = sorted(invoices_of(billing), key=lambda each: not each.is_credit_note)
    assert order.tax_minor > 0
    assert (order.status, order.standing) == (InvoiceStatus.PAID, standing)
    assert (note.refers_to, note.total_minor) == (order.invoice_id, order.tax_minor)
    assert billing.balance("EUR", "ie").credit_minor == order.tax_minor
    assert billing.world.mails().count("billing_credit_note") == 1
    assert_verified(billing.world.dynamo, billing.world.clock.now())


def test_an_orders_vat_becomes_credit_tax_3_col_7() -> None:
    billing = french()
    billing.buy(billing.webinar("starter", 2))

    answer(billing)

    assert_order_is_corrected(billing, VatStanding.NEVER_ANSWERED)


def test_an_order_that_was_previewed_before_and_invoiced_after_is_corrected_tax_3() -> None:
    billing = french()
    placed = billing.place(billing.preview(billing.webinar("starter", 2))).value
    billing.world.vies.bring_back("FR")
    told(billing)

    billing.pay(placed)

    assert_order_is_corrected(billing, VatStanding.VALID)


def told(billing: Billing) -> None:
    """Something else asked the register, and all that follows happened."""
    parts = billing.world.parts.billing
    profile, now = parts.taxpayers.profile(billing.account_id), billing.world.clock.now()
    parts.invoicing.subjects.subject(profile, now.date())
    billing.world.settle_down()


def test_an_order_that_bore_none_is_left_alone_tax_3() -> None:
    billing = french(world_is_out=False)
    told(billing)
    billing.buy(billing.webinar("starter", 2))

    billing.world.settle_down()

    (order,) = invoices_of(billing)
    assert order.tax_minor == 0
    assert_verified(billing.world.dynamo, billing.world.clock.now())
