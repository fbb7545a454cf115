"""A renewal waits for a debit that may change the period it would renew (BAD-12, BAD-14)."""

from datetime import date

from guichet.subscriptions.cart import CartStatus
from tests.support.billing import Billing


def _with_a_debit_across_the_renewal(billing: Billing) -> tuple[str, str]:
    """The order and its page: a plan change on the last day of the period, paid by a bank debit."""
    billing.buy(billing.webinar(seats=2))
    subscription = billing.only()
    billing.until(date(2026, 12, 21))
    wish = billing.wish("change", subscription_id=subscription.subscription_id, plan_id="plus")
    placed = billing.place(billing.preview(wish)).value
    assert placed.payment is not None
    assert placed.payment.session_id is not None
    billing.world.stripe.start_bank_debit(placed.payment.session_id)
    billing.world.settle_down()
    return placed.cart.cart_id, placed.payment.session_id


def _period_start(billing: Billing) -> date:
    period = billing.only().period
    assert period is not None
    return period.start


def test_nothing_is_renewed_while_the_debit_is_settled_and_upkeep_comes_to_rest() -> None:
    billing = Billing()
    cart_id, _ = _with_a_debit_across_the_renewal(billing)

    billing.until(date(2026, 12, 24))

    assert billing.cart(cart_id).status is CartStatus.PROCESSING
    assert _period_start(billing) == date(2026, 11, 22)
    assert billing.world.upkeep().done.total() == 0


def test_a_settled_debit_changes_the_plan_from_the_day_of_its_preview_sub_6() -> None:
    billing = Billing()
    cart_id, session_id = _with_a_debit_across_the_renewal(billing)
    billing.until(date(2026, 12, 24))

    billing.world.stripe.settle_bank_debit(session_id)
    billing.until(date(2026, 12, 25))

    assert billing.cart(cart_id).status is CartStatus.DONE
    assert _period_start(billing) == date(2026, 12, 21)
    assert billing.only().terms.plan_id == "plus"
    assert {line.bill_on for line in billing.billed()} == {date(2026, 11, 22), date(2026, 12, 21)}


def test_a_denied_debit_lets_the_renewal_happen_on_its_own_day_bad_12() -> None:
    billing = Billing()
    cart_id, session_id = _with_a_debit_across_the_renewal(billing)
    billing.until(date(2026, 12, 24))

    billing.world.stripe.deny_bank_debit(session_id)
    billing.until(date(2026, 12, 25))

    assert billing.cart(cart_id).status is CartStatus.ABANDONED
    assert _period_start(billing) == date(2026, 12, 22)
    assert billing.only().terms.plan_id == "starter"
    assert billing.billed()[-1].bill_on == date(2026, 12, 22)
