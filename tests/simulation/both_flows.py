"""Stories of a registrant who changes her mind, with both providers' pages open (BAD-1)."""

from __future__ import annotations

from typing import Final

from guichet.registration.registration import RegistrationStatus
from tests.simulation.flow import Flow
from tests.simulation.people import Story

S = RegistrationStatus


def card_then_paypal_and_both_paid(story: Story) -> None:
    """The card page should have been expired, and is paid all the same: that goes back."""
    _card_then_paypal(story)
    story.agree("ada")
    story.pay("ada", on_expired_page=True)
    story.come_back("ada")
    story.life.background()


def card_then_paypal_and_the_card_paid_first(story: Story) -> None:
    """What arrives first buys the seat; the order, approved or not, is never captured."""
    _card_then_paypal(story)
    story.pay("ada", on_expired_page=True)
    story.life.background()
    story.agree("ada")
    story.come_back("ada")
    story.life.background()


def paypal_then_card_and_both_paid(story: Story) -> None:
    """The order was left for the card page, and is not captured when somebody agrees to it."""
    _paypal_then_card(story)
    story.agree("ada")
    story.pay("ada")
    story.life.background()


def paypal_then_card_and_only_the_order_approved(story: Story) -> None:
    """Whoever agrees to the page that was left can pay on it no more while the other is open."""
    _paypal_then_card(story)
    story.agree("ada")
    story.come_back("ada")
    story.life.background()
    story.life.wait(minutes=45)


def there_and_back_again(story: Story) -> None:
    _card_then_paypal(story)
    story.start("ada", key="pay-3")
    story.agree("ada")
    story.pay("ada")
    story.come_back("ada")
    story.life.background()


def pending_at_paypal_and_paid_by_card(story: Story) -> None:
    """Late money is on its way from PayPal when the card buys the seat: it goes back."""
    story.register("ada", story.training())
    story.start("ada")
    story.start("ada", key="pay-2", method="paypal")
    story.life.wait(minutes=45)
    story.agree("ada", "review")
    story.life.background()
    story.pay("ada", on_expired_page=True)
    story.life.background()
    story.pending_settles("ada")
    story.life.background()


def _card_then_paypal(story: Story) -> None:
    story.code()
    story.register("ada", story.training(), discount_code="quarter")
    story.start("ada")
    story.life.wait(minutes=2)
    story.start("ada", key="pay-2", method="paypal")


def _paypal_then_card(story: Story) -> None:
    story.code()
    story.register("ada", story.training(), discount_code="quarter")
    story.start("ada", method="paypal")
    story.life.wait(minutes=2)
    story.start("ada", key="pay-2")


BOTH_FLOWS: Final = (
    Flow(card_then_paypal_and_both_paid, {"ada": S.CONFIRMED}, needs_webhooks=True),
    Flow(card_then_paypal_and_the_card_paid_first, {"ada": S.CONFIRMED}, needs_webhooks=True),
    Flow(paypal_then_card_and_both_paid, {"ada": S.CONFIRMED}),
    Flow(paypal_then_card_and_only_the_order_approved, {"ada": S.EXPIRED}),
    Flow(there_and_back_again, {"ada": S.CONFIRMED}),
    Flow(pending_at_paypal_and_paid_by_card, {"ada": S.CONFIRMED}, needs_webhooks=True),
)
