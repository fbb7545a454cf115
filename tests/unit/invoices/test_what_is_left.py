"""SUB-6, SUB-7, INV-11: whatever gives back some of an invoice, together it is at most the invoice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from guichet.adapters.dynamo.seam import TRANSACTION_LIMIT
from guichet.catalogue.catalogue import Frequency
from guichet.invoices.invoice import Invoice, InvoiceStatus
from guichet.invoices.remaining import Wanted
from guichet.money import Money
from guichet.subscriptions.cart import CartStatus, Preview
from guichet.subscriptions.subscription import SubscriptionStatus
from guichet.subscriptions.use_cases.pay_cart import PayCart, pay_cart
from tests.support.billing import Billing
from tests.support.billing_days import cancel, pay_all
from tests.support.correcting import content, credited, invoice, invoices_of, voided, work
from tests.support.given_up_orders import assert_went_back
from tests.support.unchanged import nothing_written
from tests.support.verified import assert_verified
from tests.support.world import refusal_of

BEGIN = date(2027, 1, 1)


@pytest.fixture
def billing() -> Billing:
    """144.00 were paid for 30 days: two seats of 60.00, and a fifth of tax."""
    made = Billing(flat_tax=True)
    made.until(BEGIN)
    made.buy(made.webinar("plus", 2))
    made.world.settle_down()
    return made


def the_invoice(billing: Billing) -> Invoice:
    """The first that was ever made."""
    return invoices_of(billing)[-1]


def downgraded(billing: Billing, plan: str = "starter") -> Preview:
    wish = billing.wish("change", subscription_id=billing.only().subscription_id, plan_id=plan)
    preview = billing.preview(wish)
    billing.pay(billing.place(preview).value)
    billing.world.settle_down()
    return preview


def given_back(preview: Preview, of: Invoice) -> int:
    return sum(
        line.amount.amount_minor for line in preview.lines if line.of_invoice == of.invoice_id
    )


def assert_right(billing: Billing) -> None:
    assert_verified(billing.world.dynamo, billing.world.clock.now())


def test_an_invoice_that_was_credited_whole_is_not_credited_again_sub_6(billing: Billing) -> None:
    """Once 144.00 by hand and 98.40 by the change: 242.40 of an invoice of 144.00."""
    before = the_invoice(billing)
    credited(billing, before.invoice_id)
    billing.until(date(2027, 1, 6))

    preview = downgraded(billing)

    assert [line.net_minor for line in preview.lines] == [6_000]  # the new period alone
    assert billing.balance().credit_minor == 14_400 - 7_200
    assert invoice(billing, before.invoice_id).noted_minor == 14_400
    assert_right(billing)


def test_what_was_credited_in_part_is_credited_as_far_as_some_is_left_sub_6(
    billing: Billing,
) -> None:
    """24/30 of 120.00 are unused; 50.00 of them had gone back."""
    before = the_invoice(billing)
    credited(billing, before.invoice_id, Wanted(0, 5_000))
    billing.until(date(2027, 1, 6))

    preview = downgraded(billing)

    assert [line.net_minor for line in preview.lines] == [-7_000, 6_000]
    (line, _) = preview.lines
    assert (line.quantity, line.unit_price, line.share) == (1, "70.00", "")
    assert_right(billing)


def test_a_small_credit_by_hand_leaves_the_days_that_are_left_sub_6(billing: Billing) -> None:
    before = the_invoice(billing)
    credited(billing, before.invoice_id, Wanted(0, 2_400))
    billing.until(date(2027, 1, 6))

    preview = downgraded(billing)

    assert given_back(preview, before) == 9_600
    assert preview.lines[0].share == "4/5"
    assert_right(billing)


def test_after_a_change_of_plan_only_the_days_used_go_back_by_hand_inv_11(billing: Billing) -> None:
    before = the_invoice(billing)
    billing.until(date(2027, 1, 6))
    downgraded(billing)

    refused = refusal_of(lambda: credited(billing, before.invoice_id, Wanted(0, 2_401)))
    rest = credited(billing, before.invoice_id).value.note

    assert (refused.code, refused.facts) == ("credit_exceeds_line", {"left_minor": "2400"})
    assert (rest.subtotal_minor, rest.tax_minor) == (2_400, 480)
    assert_right(billing)


def test_where_nothing_is_left_no_note_is_made_inv_11(billing: Billing) -> None:
    """A change on the first day gives all of it back."""
    before = the_invoice(billing)
    downgraded(billing)

    def refused() -> str:
        return refusal_of(lambda: credited(billing, before.invoice_id)).code

    with nothing_written(billing.world.dynamo):
        assert refused() == "credit_exceeds_invoice"
    assert_right(billing)


def test_what_a_change_gave_back_of_is_not_void_inv_5(billing: Billing) -> None:
    billing.until(date(2027, 1, 31))
    (renewed,) = [each for each in invoices_of(billing) if each.status is InvoiceStatus.OPEN]
    billing.until(date(2027, 2, 5))
    downgraded(billing)

    with nothing_written(billing.world.dynamo):
        assert refusal_of(lambda: voided(billing, renewed.invoice_id)).code == "invoice_credited"
    assert_right(billing)


def test_what_is_void_is_given_back_by_nothing_else_inv_5_sub_6(billing: Billing) -> None:
    billing.until(date(2027, 1, 31))
    (renewed,) = [each for each in invoices_of(billing) if each.status is InvoiceStatus.OPEN]
    voided(billing, renewed.invoice_id)
    billing.until(date(2027, 2, 5))

    preview = downgraded(billing)

    assert [line.net_minor for line in preview.lines] == [6_000]
    assert_right(billing)


def test_of_several_invoices_each_is_held_to_what_is_left_of_it_sub_6(billing: Billing) -> None:
    billing.until(date(2027, 1, 6))
    name = billing.only().subscription_id
    billing.buy(billing.wish("add", subscription_id=name, seats=1))
    billing.world.settle_down()
    added, first = invoices_of(billing)
    credited(billing, added.invoice_id)
    billing.until(date(2027, 1, 11))

    preview = downgraded(billing)

    assert (given_back(preview, first), given_back(preview, added)) == (7_600, 0)
    assert_right(billing)


def test_a_preview_that_no_longer_holds_is_refused_before_anything_is_paid_sub_5(
    billing: Billing,
) -> None:
    before = the_invoice(billing)
    billing.until(date(2027, 1, 6))
    wish = billing.wish(
        "change", subscription_id=billing.only().subscription_id, plan_id="pro", seats=2
    )
    preview = billing.preview(wish)
    credited(billing, before.invoice_id)

    refused = refusal_of(lambda: billing.place(preview))

    assert refused.code == "preview_stale"
    assert_right(billing)


def test_money_for_an_order_whose_credit_went_back_meanwhile_goes_back_too_sub_5_col_8(
    billing: Billing,
) -> None:
    """No plan is changed, nothing is lost, and a person is told."""
    before = the_invoice(billing)
    billing.until(date(2027, 1, 6))
    wish = billing.wish(
        "change", subscription_id=billing.only().subscription_id, plan_id="pro", seats=2
    )
    placed = billing.place(billing.preview(wish)).value
    credited(billing, before.invoice_id)

    cart = billing.pay(placed)

    assert (cart.status, cart.note) == (CartStatus.ABANDONED, "paid_otherwise")
    held = billing.only()
    assert (held.status, held.terms.plan_id) == (SubscriptionStatus.ACTIVE, "plus")
    assert billing.balance().credit_minor == 14_400
    assert billing.world.alarms.count("cart_payment.not_taken") == 1
    assert_went_back(billing, placed)
    assert_right(billing)


def test_a_debit_that_is_settled_six_days_after_its_preview_meets_what_went_back_meanwhile_sub_5(
    billing: Billing,
) -> None:
    before = the_invoice(billing)
    billing.until(date(2027, 1, 6))
    name = billing.only().subscription_id
    wish = billing.wish("change", subscription_id=name, plan_id="pro", seats=2)
    placed = billing.place(billing.preview(wish)).value
    assert placed.payment is not None
    assert placed.payment.session_id is not None
    billing.world.stripe.start_bank_debit(placed.payment.session_id)
    billing.until(date(2027, 1, 9))
    credited(billing, before.invoice_id, Wanted(0, 2_401))  # 96.00 of 120.00 are to be given back

    billing.until(date(2027, 1, 12))
    billing.world.stripe.settle_bank_debit(placed.payment.session_id)
    billing.world.settle_down()

    assert billing.cart(placed.cart.cart_id).status is CartStatus.ABANDONED
    assert billing.only().terms.plan_id == "plus"
    assert billing.balance().credit == Money(2_881, "USD")
    assert_went_back(billing, placed)
    assert_right(billing)


def test_it_is_refused_before_another_page_is_opened_sub_5(billing: Billing) -> None:
    before = the_invoice(billing)
    billing.until(date(2027, 1, 6))
    wish = billing.wish(
        "change", subscription_id=billing.only().subscription_id, plan_id="pro", seats=2
    )
    placed = billing.place(billing.preview(wish)).value
    credited(billing, before.invoice_id)
    billing.world.clock.at += timedelta(hours=1)
    billing.world.settle_down()

    command = PayCart(placed.cart.cart_id, "stripe", billing.owner, billing.key(), billing.actor())
    with nothing_written(billing.world.dynamo):
        refused = refusal_of(lambda: pay_cart(command, opening=billing.parts().opening))

    assert refused.code == "order_not_applicable"


def test_an_order_that_gives_back_less_than_is_left_is_carried_out_sub_5(billing: Billing) -> None:
    before = the_invoice(billing)
    billing.until(date(2027, 1, 6))
    wish = billing.wish(
        "change", subscription_id=billing.only().subscription_id, plan_id="pro", seats=2
    )
    placed = billing.place(billing.preview(wish)).value
    credited(billing, before.invoice_id, Wanted(0, 2_400))

    cart = billing.pay(placed)

    assert cart.status is CartStatus.DONE
    assert billing.only().terms.plan_id == "pro"
    assert refusal_of(lambda: credited(billing, before.invoice_id)).code == "credit_exceeds_invoice"
    assert_right(billing)


def test_a_cancelled_subscription_gives_nothing_back_beside_the_note_sub_8(
    billing: Billing,
) -> None:
    before = the_invoice(billing)
    billing.until(date(2027, 1, 6))
    cancel(billing)
    credited(billing, before.invoice_id)
    billing.until(date(2027, 2, 2))

    assert billing.only().status is SubscriptionStatus.EXPIRED
    assert billing.balance().credit_minor == 14_400
    assert_right(billing)


@pytest.fixture
def lines() -> Billing:
    """Telephone lines of mode `calendar`: three of 29.00, billed on 1 January for the whole month."""
    made = Billing(flat_tax=True)
    made.until(BEGIN)
    wish = made.webinar("line-plus", 3, product_id="telephony", frequency=Frequency.MONTHLY)
    made.buy(wish)
    made.world.settle_down()
    work(made.world)
    return made


def taken_down(billing: Billing, **wanted: object) -> Preview:
    name = billing.only().subscription_id
    wish = billing.wish("change", subscription_id=name, **wanted)
    preview = billing.preview(wish, member=billing.representative)
    billing.place(preview, None, member=billing.representative)
    billing.world.settle_down()
    return preview


def test_a_change_of_mode_calendar_is_held_to_what_is_left_sub_7(lines: Billing) -> None:
    """Two lines less for 21 of 31 days are 39.29; only 7.00 of the 87.00 are left."""
    before = the_invoice(lines)
    credited(lines, before.invoice_id, Wanted(0, 8_000))
    lines.until(date(2027, 1, 10))

    preview = taken_down(lines, seats=1)

    assert [line.net_minor for line in preview.lines] == [-700]
    lines.until(date(2027, 2, 2))
    assert_right(lines)


def test_changes_one_after_the_other_come_to_at_most_what_was_billed_sub_7(lines: Billing) -> None:
    before = the_invoice(lines)
    credited(lines, before.invoice_id, Wanted(0, 4_000))
    for day, seats in ((2, 2), (3, 1)):
        lines.until(date(2027, 1, day))
        taken_down(lines, seats=seats)

    lines.until(date(2027, 1, 4))
    last = taken_down(lines, plan_id="line")

    assert sum(-line.net_minor for line in lines.billed() if line.is_credit) == 4_700
    assert last.lines == ()
    assert refusal_of(lambda: credited(lines, before.invoice_id)).code == "credit_exceeds_invoice"
    lines.until(date(2027, 2, 2))
    assert_right(lines)


def test_what_was_billed_last_is_given_back_first_and_names_its_invoice_sub_7() -> None:
    """A year in advance for one line; nine more from 10 January on, which come with February's bill."""
    billing = Billing(flat_tax=True)
    billing.until(BEGIN)
    wish = billing.webinar("line", 1, product_id="telephony", frequency=Frequency.ANNUAL)
    billing.buy(wish)
    work(billing.world)
    billing.until(date(2027, 1, 10))
    name = billing.only().subscription_id
    billing.buy(billing.wish("add", subscription_id=name, seats=9))
    billing.until(date(2027, 2, 1))
    work(billing.world)
    later, first = invoices_of(billing)
    pay_all(billing)
    billing.until(date(2027, 2, 20))

    preview = taken_down(billing, seats=1)

    assert {line.of_invoice for line in preview.lines} == {later.invoice_id}
    assert first.subtotal_minor < -sum(line.net_minor for line in preview.lines)
    billing.until(date(2027, 3, 2))
    assert_right(billing)


def test_a_difference_that_no_invoice_has_left_alone_is_told_by_invoice_sub_7(
    lines: Billing,
) -> None:
    before = the_invoice(lines)
    credited(lines, before.invoice_id, Wanted(0, 5_000))
    lines.until(date(2027, 1, 10))
    name = lines.only().subscription_id
    lines.buy(lines.wish("add", subscription_id=name, seats=1))
    lines.until(date(2027, 1, 12))

    preview = taken_down(lines, seats=1)

    own, others = sorted(preview.lines, key=lambda line: line.of_invoice == before.invoice_id)
    assert own.of_invoice != others.of_invoice == before.invoice_id
    assert own.amount.amount_minor == 1_965  # what the fourth was billed with: 29.00 × 21/31
    assert -sum(line.net_minor for line in preview.lines) == 5_332  # 87.00 × 19/31
    lines.until(date(2027, 2, 2))
    assert_right(lines)


def test_a_note_of_what_a_change_gave_back_of_says_the_rest_of_the_tax_mon_3(
    billing: Billing,
) -> None:
    """Whatever the road, the taxes that went back are at most those of the invoice."""
    before = the_invoice(billing)
    billing.until(date(2027, 1, 2))
    downgraded(billing)
    first = credited(billing, before.invoice_id, Wanted(0, 333)).value.note

    rest = credited(billing, before.invoice_id).value.note

    used = content(billing, before.invoice_id).lines[0].net_minor * 2 // 30
    assert first.subtotal_minor + rest.subtotal_minor == used
    assert first.tax_minor + rest.tax_minor == used // 5
    assert_right(billing)


def test_what_any_number_of_invoices_bore_is_known_sub_6(billing: Billing) -> None:
    """More than are read at once: the last of them counts as the first does."""
    first = the_invoice(billing)
    charge = content(billing, first.invoice_id).lines[0].line
    names = [f"inv_20260101_{place:020}" for place in range(TRANSACTION_LIMIT)]
    lines = [replace(charge, of_invoice=name) for name in (*names, first.invoice_id)]

    borne = billing.parts().records.earlier_taxes(billing.account_id, lines)

    assert borne == {first.invoice_id: {each.tax_class: each.bearings for each in first.own_taxes}}
