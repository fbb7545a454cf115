"""Stories of PayPal: money moves when we capture what the buyer approved, and not before."""

from __future__ import annotations

from typing import Final

from guichet.registration.registration import RegistrationStatus
from guichet.registration.use_cases.resolve_payment import Resolution
from tests.simulation.flow import Flow
from tests.simulation.people import Story
from tests.support.world import PAYPAL_MERCHANT

S = RegistrationStatus
_CAPTURING: Final = "POST /v2/checkout/orders/*/capture*"


def paypal_by_webhook(story: Story) -> None:
    story.code()
    story.register("ada", story.training(), discount_code="quarter")
    story.start("ada", method="paypal")
    story.agree("ada")
    story.life.background()


def paypal_by_return_page(story: Story) -> None:
    _approved(story)
    story.come_back("ada")
    story.life.background()
    story.come_back("ada")


def paypal_by_guest_card(story: Story) -> None:
    story.register("ada", story.training())
    story.start("ada", method="paypal_card")
    story.agree("ada", "card")
    story.come_back("ada")
    story.life.background()


def paypal_captured_when_the_hold_ends(story: Story) -> None:
    """Nobody tells of the buyer's yes: it is found before the seat is free."""
    _unheard(story)
    _approved(story)
    story.life.wait(minutes=45)


def paypal_hold_ends_unapproved(story: Story) -> None:
    """Whoever agrees afterwards gets the seat that is left."""
    story.code()
    story.register("ada", story.training(), discount_code="quarter")
    story.start("ada", method="paypal")
    story.life.wait(minutes=45)
    story.agree("ada")
    story.life.background()


def paypal_late_without_a_seat(story: Story) -> None:
    """Nothing is captured, and so nothing has to go back."""
    training = story.training(capacity=1)
    story.register("ada", training)
    story.start("ada", method="paypal")
    story.life.wait(minutes=45)
    story.register("bea", training)
    story.agree("ada")
    story.come_back("ada")
    story.life.background()


def paypal_declined_then_paid(story: Story) -> None:
    """The same order takes another instrument."""
    _approved(story, "declined")
    story.come_back("ada")
    story.life.wait(seconds=10)
    story.start("ada", key="pay-2", method="paypal")
    story.agree("ada")
    story.come_back("ada")
    story.life.background()


def paypal_declined_for_good(story: Story) -> None:
    _approved(story, "declined")
    story.life.background()
    story.life.wait(minutes=45)


def paypal_refused_by_a_filter(story: Story) -> None:
    """The capture is made, and declined; another page is paid."""
    _approved(story, "refused")
    story.come_back("ada")
    story.life.background()
    story.start("ada", key="pay-2", method="paypal")
    story.agree("ada")
    story.life.background()


def paypal_pending_settles(story: Story) -> None:
    _approved(story, "echeck")
    story.come_back("ada")
    story.life.wait(minutes=5)
    story.pending_settles("ada")
    story.life.background()


def paypal_pending_is_denied(story: Story) -> None:
    _approved(story, "echeck")
    story.life.background()
    story.life.wait(minutes=5)
    story.pending_is_denied("ada")
    story.life.background()
    story.start("ada", key="pay-2", method="paypal")
    story.agree("ada")
    story.life.background()


def paypal_cancelled_while_approved(story: Story) -> None:
    _approved(story)
    story.cancel("ada")
    story.life.background()
    story.come_back("ada")


def paypal_cancelled_while_pending(story: Story) -> None:
    """What arrives for the cancelled one goes back with its fee, in its time."""
    _refunds(story, pending=1, after_seconds=7200)
    _approved(story, "review")
    story.life.background()
    story.cancel_for("ada")
    story.life.wait(minutes=5)
    story.pending_settles("ada")
    story.life.background()


def paypal_marked_paid_with_open_order(story: Story) -> None:
    story.register("ada", story.training())
    story.start("ada", method="paypal")
    story.mark_paid("ada")
    story.agree("ada")
    story.life.background()


def paypal_late_money_returned(story: Story) -> None:
    """There was a seat when it was captured, and none when it arrived."""
    training = story.training(capacity=1)
    story.register("ada", training)
    story.start("ada", method="paypal")
    story.life.wait(minutes=45)
    story.agree("ada", "review")
    story.life.background()
    story.register("bea", training)
    story.start("bea", method="paypal")
    story.agree("bea")
    story.come_back("bea")
    story.pending_settles("ada")
    story.life.background()


def paypal_without_a_fee_returned(story: Story) -> None:
    """Of a fee of 0 nothing is asked back (BAD-15)."""
    story.take_no_fee()
    _approved(story, "review")
    story.life.background()
    story.cancel_for("ada")
    story.pending_settles("ada")
    story.life.background()


def paypal_return_fails_later(story: Story) -> None:
    _refunds(story, fail_later=1, after_seconds=7200)
    _approved(story, "review")
    story.life.background()
    story.cancel_for("ada")
    story.pending_settles("ada")
    story.life.wait(hours=3)


def paypal_mismatched_and_returned(story: Story) -> None:
    story.life.world.paypal.configure_chaos({"capture": {"amount_minor": 11999}})
    _approved(story)
    story.come_back("ada")
    story.life.wait(hours=2)
    story.resolve()
    story.life.background()


def paypal_mismatched_and_accepted(story: Story) -> None:
    story.mismatches = Resolution.ACCEPT
    paypal_mismatched_and_returned(story)


def paypal_consent_revoked_before_capture(story: Story) -> None:
    """Nobody can be asked, and nobody but us could have captured."""
    _approved(story)
    story.life.world.paypal.revoke_consent(PAYPAL_MERCHANT)
    story.come_back("ada", gives_up=True)
    story.life.wait(minutes=45)


def paypal_consent_revoked_before_it_was_taken(story: Story) -> None:
    """Our capture never arrived, and nobody can be asked any more: a person looks."""
    _unheard(story, "CHECKOUT.*", "PAYMENT.*")
    _captures_are_lost(story, "lost_before")
    _approved(story)
    story.come_back("ada", gives_up=True)
    story.life.world.paypal.revoke_consent(PAYPAL_MERCHANT)
    _captures_are_lost(story, None)
    story.life.background()


def paypal_consent_revoked_after_it_was_taken(story: Story) -> None:
    """Our capture arrived, and nobody can be asked any more: a person looks."""
    _unheard(story, "CHECKOUT.*", "PAYMENT.*")
    _captures_are_lost(story, "lost_after")
    _approved(story)
    story.come_back("ada", gives_up=True)
    story.life.world.paypal.revoke_consent(PAYPAL_MERCHANT)
    _captures_are_lost(story, None)
    story.life.background()


def _approved(story: Story, instrument: str = "balance") -> None:
    story.register("ada", story.training())
    story.start("ada", method="paypal")
    story.agree("ada", instrument)


def _unheard(story: Story, *kinds: str) -> None:
    """No event of these kinds, or none at all, will be sent."""
    faults = {"types": list(kinds) or ["*"], "drop": -1}
    story.life.world.paypal.configure_chaos({"webhooks": faults})


def _refunds(story: Story, **faults: int) -> None:
    story.life.world.paypal.configure_chaos({"refunds": faults})


def _captures_are_lost(story: Story, how: str | None) -> None:
    """From now on a capture gets no answer; None: it does again."""
    faults = [] if how is None else [{"do": how, "match": _CAPTURING, "times": -1}]
    story.life.world.paypal.configure_chaos({"api": faults})


_PARKED: Final = frozenset({"payment.parked", "payment.unknown_for_long"})

PAYPAL_FLOWS: Final = (
    Flow(paypal_by_webhook, {"ada": S.CONFIRMED}),
    Flow(paypal_by_return_page, {"ada": S.CONFIRMED}),
    Flow(paypal_by_guest_card, {"ada": S.CONFIRMED}),
    Flow(paypal_captured_when_the_hold_ends, {"ada": S.CONFIRMED}),
    # Nobody asks about an ended order but the buyer, or who hears an event: else nothing is taken.
    Flow(paypal_hold_ends_unapproved, {"ada": S.CONFIRMED}, {"ada": S.EXPIRED}),
    Flow(paypal_late_without_a_seat, {"ada": S.EXPIRED, "bea": S.EXPIRED}),
    Flow(paypal_declined_then_paid, {"ada": S.CONFIRMED}, {"ada": S.EXPIRED}),
    Flow(paypal_declined_for_good, {"ada": S.EXPIRED}),
    Flow(paypal_refused_by_a_filter, {"ada": S.CONFIRMED}, {"ada": S.EXPIRED}),
    Flow(paypal_pending_settles, {"ada": S.CONFIRMED}),
    Flow(paypal_pending_is_denied, {"ada": S.CONFIRMED}, {"ada": S.EXPIRED}),
    Flow(paypal_cancelled_while_approved, {"ada": S.CANCELLED}),
    Flow(paypal_cancelled_while_pending, {"ada": S.CANCELLED}),
    Flow(paypal_marked_paid_with_open_order, {"ada": S.CONFIRMED}),
    Flow(paypal_late_money_returned, {"ada": S.EXPIRED, "bea": S.CONFIRMED}),
    Flow(paypal_without_a_fee_returned, {"ada": S.CANCELLED}),
    Flow(
        paypal_return_fails_later,
        {"ada": S.CANCELLED},
        needs_webhooks=True,
        alarms=frozenset({"refund.failed"}),
    ),
    Flow(
        paypal_mismatched_and_returned,
        {"ada": S.EXPIRED},
        alarms=frozenset({"payment.mismatched"}),
    ),
    Flow(
        paypal_mismatched_and_accepted,
        {"ada": S.CONFIRMED},
        alarms=frozenset({"payment.mismatched"}),
    ),
    Flow(paypal_consent_revoked_before_capture, {"ada": S.EXPIRED}),
    Flow(paypal_consent_revoked_before_it_was_taken, {"ada": S.EXPIRED}, alarms=_PARKED),
    # Where the fault kept our capture from being sent, there is nothing to be found.
    Flow(
        paypal_consent_revoked_after_it_was_taken,
        {"ada": S.CONFIRMED},
        {"ada": S.EXPIRED},
        alarms=_PARKED,
    ),
)
