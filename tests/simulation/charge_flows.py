"""Stories of autopay: a stored method is charged, and its bank, its customer or the provider decides."""

from __future__ import annotations

from typing import Any, Final

from tests.simulation.billing_flow import BillingFlow
from tests.simulation.payers import Payers

_UNTIL_RENEWED: Final = {"days": 29, "hours": 14}  # so many minutes before the next period


def collected_from_a_card(story: Payers) -> None:
    story.autopaying()
    story.life.wait(days=31)


def collected_from_paypal(story: Payers) -> None:
    story.autopaying("balance", "paypal")
    story.life.wait(days=31)


def collected_from_a_bank(story: Payers) -> None:
    story.autopaying("bank", "bank_debit")
    story.life.wait(days=32)
    story.bank_settles()
    story.life.background()


def collected_from_a_bank_unheard(story: Payers) -> None:
    """Nobody tells: the provider is asked (BAD-3)."""
    story.autopaying("bank", "bank_debit")
    story.life.world.stripe.configure_chaos({"webhooks": {"drop": -1}})
    story.life.wait(days=32)
    story.bank_settles()
    story.life.wait(days=1)


def debit_that_fails(story: Payers) -> None:
    story.autopaying("bank_insufficient_funds", "bank_debit")
    story.life.wait(days=32)
    story.bank_settles()
    story.life.background()


def debit_taken_back(story: Payers) -> None:
    """Paid, and days later owed again (INV-5)."""
    story.autopaying("bank", "bank_debit")
    story.life.wait(days=32)
    story.bank_settles()
    story.life.wait(days=3)
    story.bank_takes_back()
    story.life.background()


def debit_taken_back_unheard(story: Payers) -> None:
    """Settled and taken back between two questions."""
    story.autopaying("bank", "bank_debit")
    story.life.world.stripe.configure_chaos({"webhooks": {"drop": -1}})
    story.life.wait(days=32)
    story.bank_settles()
    story.bank_takes_back()
    story.life.wait(days=1)


def declined_then_paid_by_another(story: Payers) -> None:
    """Another method may be tried at once (COL-3)."""
    story.autopaying("insufficient_funds")
    story.life.wait(days=31)
    other = story.store("visa")
    story.methods.make_default(other.method_id)
    story.try_again()
    story.life.wait(hours=2)


def declined_for_good(story: Payers) -> None:
    story.autopaying("stolen_card")
    story.life.wait(days=31)
    story.try_again()
    story.life.wait(hours=3)


def declined_again_and_again(story: Payers) -> None:
    """Each hour once, and never more than three times in a day (COL-3)."""
    story.autopaying("insufficient_funds")
    story.life.wait(days=31)
    for _ in range(5):
        story.try_again()
        story.life.wait(minutes=50)
    story.life.wait(days=2)


def authenticated_days_later(story: Payers) -> None:
    story.autopaying("authentication_required")
    story.life.wait(days=34)
    story.authenticate()
    story.life.background()


def authentication_fails(story: Payers) -> None:
    story.autopaying("authentication_required")
    story.life.wait(days=32)
    story.authenticate(success=False)
    story.life.background()


def never_authenticated(story: Payers) -> None:
    """It ends after a week; nothing is charged blindly (COL-4, BAD-10)."""
    story.autopaying("authentication_required")
    story.life.wait(days=40)


def authenticated_too_late(story: Payers) -> None:
    story.autopaying("authentication_required")
    story.life.wait(days=40)
    story.authenticate()
    story.life.background()


def a_minute_without_the_provider(story: Payers) -> None:
    story.autopaying()
    story.life.wait(**_UNTIL_RENEWED)
    story.away("stripe", minutes=21)
    story.life.wait(hours=2)


def two_hours_without_the_provider(story: Payers) -> None:
    story.autopaying("balance", "paypal")
    story.life.wait(**_UNTIL_RENEWED)
    story.away("paypal", hours=2)
    story.life.wait(hours=2)


def _taken_and_never_heard_of(story: Payers, provider: str, call: str) -> None:
    """The money is taken, the answer lost, the key forgotten, and no webhook comes (BAD-11)."""
    simulator: Any = dict(story.life.providers)[provider]
    story.life.wait(**_UNTIL_RENEWED)
    lost = {"do": "lost_after", "match": call, "times": 3}
    simulator.configure_chaos({"api": [lost], "webhooks": {"drop": -1}})
    story.life.wait(minutes=20, seconds=30)  # nobody has asked yet
    story.away(provider, hours=30)
    story.life.wait(days=1)


def taken_by_card_before_a_long_night(story: Payers) -> None:
    story.autopaying()
    _taken_and_never_heard_of(story, "stripe", "POST /v1/payment_intents")


def debited_before_a_long_night(story: Payers) -> None:
    story.autopaying("bank", "bank_debit")
    _taken_and_never_heard_of(story, "stripe", "POST /v1/payment_intents")
    story.bank_settles()
    story.life.wait(days=1)


def taken_by_paypal_before_a_long_night(story: Payers) -> None:
    story.autopaying("balance", "paypal")
    _taken_and_never_heard_of(story, "paypal", "POST /v2/checkout/orders")


def a_long_night_without_stripe(story: Payers) -> None:
    """It never heard of the charge, which is certain only once its key is gone (BAD-11)."""
    story.autopaying()
    story.life.wait(**_UNTIL_RENEWED)
    story.away("stripe", hours=30)
    story.life.wait(days=1)


def a_long_night_without_paypal(story: Payers) -> None:
    story.autopaying("balance", "paypal")
    story.life.wait(**_UNTIL_RENEWED)
    story.away("paypal", hours=30)
    story.life.wait(days=1)


def credit_pays_first(story: Payers) -> None:
    """What it leaves is charged (COL-7)."""
    story.autopaying()
    story.money_came(4_000)
    story.life.wait(days=31)


def transfer_while_a_debit_is_on_its_way(story: Payers) -> None:
    """The invoice is paid once, and the transfer is credit (BAD-1)."""
    story.autopaying("bank", "bank_debit")
    story.life.wait(days=31)
    story.money_came(10_800)
    story.life.wait(days=1)
    story.bank_settles()
    story.life.background()


def echeck(story: Payers) -> None:
    story.autopaying("echeck", "paypal")
    story.life.wait(days=32)
    _paypal_decides(story, arrives=True)


def echeck_denied(story: Payers) -> None:
    story.autopaying("echeck", "paypal")
    story.life.wait(days=32)
    _paypal_decides(story, arrives=False)


def _paypal_decides(story: Payers, *, arrives: bool) -> None:
    paypal = story.life.world.paypal
    for capture in paypal.pending_captures():
        (paypal.settle_capture if arrives else paypal.deny_capture)(capture["id"])
    story.life.wait(hours=7)


def refused_by_paypal(story: Payers) -> None:
    story.autopaying("declined", "paypal")
    story.life.wait(days=31)


def paypal_account_that_closes(story: Payers) -> None:
    story.autopaying("closed", "paypal")
    story.life.wait(days=31)


def paypal_that_asks_for_its_payer(story: Payers) -> None:
    """A decline for us: nothing is captured afterwards (COL-4)."""
    story.autopaying("payer_action", "paypal")
    story.life.wait(days=31)


def late_by_a_quarter(story: Payers) -> None:
    """Nothing ran for three periods: each is invoiced and collected once (BAD-12)."""
    story.autopaying()
    story.life.sleep(days=95)
    story.life.wait(days=2)


def _refused_though_taken(story: Payers, provider: str) -> None:
    """The answer is lost, the repeat is refused, another attempt pays; then comes what had been taken."""
    simulator: Any = dict(story.life.providers)[provider]
    call = {"stripe": "POST /v1/payment_intents", "paypal": "POST /v2/checkout/orders"}[provider]
    no = {"stripe": {"do": "card_error"}, "paypal": {"do": "issue", "issue": "INSTRUMENT_DECLINED"}}
    story.life.wait(**_UNTIL_RENEWED)
    lost = {"do": "lost_after", "match": call}
    late = {"delay_seconds": 3 * 3600}
    simulator.configure_chaos({"api": [lost, {**no[provider], "match": call}], "webhooks": late})
    story.life.wait(minutes=40)
    simulator.configure_chaos({"api": [], "webhooks": {}})
    story.try_again()
    story.life.wait(hours=2)


def paid_twice_by_card(story: Payers) -> None:
    """What is found second goes back, and the invoice stays paid (COL-8, BAD-6)."""
    story.autopaying()
    _refused_though_taken(story, "stripe")
    story.life.wait(hours=3)


def paid_twice_by_paypal(story: Payers) -> None:
    story.autopaying("balance", "paypal")
    _refused_though_taken(story, "paypal")
    story.life.wait(hours=3)


def paid_twice_and_returned_slowly(story: Payers) -> None:
    """The refund is pending at the provider for a day."""
    story.autopaying("balance", "paypal")
    story.life.world.paypal.configure_chaos({"refunds": {"pending": 1, "after_seconds": 90_000}})
    _refused_though_taken(story, "paypal")
    story.life.wait(days=3)


def paid_twice_and_not_returnable(story: Payers) -> None:
    """The refund comes back days later: the money is credit, and a person is told."""
    story.autopaying()
    stripe = story.life.world.stripe
    stripe.configure_chaos({"refunds": {"fail_later": 1, "after_seconds": 90_000}})
    _refused_though_taken(story, "stripe")
    story.life.wait(days=3)


def paid_late_and_once(story: Payers) -> None:
    """Found taken after all, while the invoice is still open: it is paid by it (COL-8)."""
    story.autopaying()
    stripe: Any = story.life.world.stripe
    story.life.wait(**_UNTIL_RENEWED)
    call = "POST /v1/payment_intents"
    faults = [{"do": "lost_after", "match": call}, {"do": "card_error", "match": call}]
    stripe.configure_chaos({"api": faults, "webhooks": {"delay_seconds": 3600}})
    story.life.wait(hours=2)


_NOT_TAKEN: Final = frozenset({"invoice_payment.not_taken"})
_BACK: Final = frozenset({"invoice_payment.returned"})


def _flow(play: Any, attempts: str, over_on: int = 45, **more: Any) -> BillingFlow:  # noqa: ANN401 - as the flow takes
    return BillingFlow(
        play,
        {"first": "done"},
        over_on=over_on,
        people=Payers,
        rarer=4,
        is_timed=True,
        attempts=tuple(attempts.split()),
        **more,
    )


CHARGE_FLOWS: Final = (
    _flow(collected_from_a_card, "captured"),
    _flow(collected_from_paypal, "captured"),
    _flow(collected_from_a_bank, "captured"),
    _flow(collected_from_a_bank_unheard, "captured"),
    _flow(debit_that_fails, "declined"),
    _flow(debit_taken_back, "returned", needs_webhooks=True, alarms=_BACK),
    _flow(debit_taken_back_unheard, "returned", alarms=_BACK),
    _flow(declined_then_paid_by_another, "declined captured"),
    _flow(declined_for_good, "declined"),
    _flow(declined_again_and_again, "declined declined declined declined declined"),
    _flow(authenticated_days_later, "captured"),
    _flow(authentication_fails, "declined"),
    _flow(never_authenticated, "canceled", over_on=55),
    _flow(authenticated_too_late, "canceled", over_on=55),
    _flow(a_minute_without_the_provider, "captured"),
    _flow(two_hours_without_the_provider, "captured"),
    _flow(taken_by_card_before_a_long_night, "captured"),
    _flow(debited_before_a_long_night, "captured"),
    _flow(taken_by_paypal_before_a_long_night, "captured"),
    _flow(a_long_night_without_stripe, "canceled captured"),
    _flow(a_long_night_without_paypal, "canceled captured"),
    _flow(credit_pays_first, "captured"),
    _flow(transfer_while_a_debit_is_on_its_way, "captured"),
    _flow(echeck, "captured"),
    _flow(echeck_denied, "declined"),
    _flow(refused_by_paypal, "declined"),
    _flow(paypal_account_that_closes, "declined"),
    _flow(paypal_that_asks_for_its_payer, "declined"),
    _flow(paid_late_and_once, "captured", needs_webhooks=True, is_open=True),
    _flow(
        paid_twice_by_card,
        "captured captured",
        needs_webhooks=True,
        is_open=True,
        alarms=_NOT_TAKEN,
    ),
    _flow(
        paid_twice_by_paypal,
        "captured captured",
        needs_webhooks=True,
        is_open=True,
        alarms=_NOT_TAKEN,
    ),
    _flow(
        paid_twice_and_returned_slowly,
        "captured captured",
        needs_webhooks=True,
        is_open=True,
        alarms=_NOT_TAKEN,
    ),
    _flow(
        paid_twice_and_not_returnable,
        "captured captured",
        needs_webhooks=True,
        is_open=True,
        alarms=_NOT_TAKEN | {"own_refund.credited"},
    ),
    _flow(late_by_a_quarter, "captured captured captured", over_on=105),
)
