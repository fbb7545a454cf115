"""Stories in which money goes back: through us, at the provider's own pages, by a bank's decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from guichet.registration.registration import RegistrationStatus
from tests.simulation.flow import Flow
from tests.simulation.money_back import (
    appeal,
    bought,
    cancel_with_refund,
    dispute,
    lose,
    refund,
    refund_there,
    refunds_fail_later,
    sold,
    win,
)
from tests.simulation.people import Story

S = RegistrationStatus
_PAID: Final = 12000
_PART: Final = 3333  # its share of the fee is no whole cent


def refunded_in_part(story: Story, method: str) -> None:
    sold(story, method)
    refund(story, "ada", _PART)
    story.life.background()


def refund_fails_later(story: Story, method: str) -> None:
    """The organizer is told, and returns the whole."""
    sold(story, method)
    refunds_fail_later(story)
    refund(story, "ada", _PART)
    story.life.background()
    story.life.wait(hours=3)
    refund(story, "ada", None, "refund-2")
    story.life.background()


def refunded_there(story: Story, method: str, *, with_fee: bool = False) -> None:
    """And the rest of it through us, once it shows what is left."""
    sold(story, method)
    refund_there(story, "ada", _PART, with_fee=with_fee)
    story.life.background()
    story.life.wait(hours=2)
    refund(story, "ada", None)
    story.life.background()


def refunded_there_with_its_fee(story: Story, method: str) -> None:
    refunded_there(story, method, with_fee=True)


def refund_there_fails_later(story: Story, method: str) -> None:
    """What was given back of our fee for it is owed again, and the whole goes back through us."""
    sold(story, method)
    refunds_fail_later(story)
    refund_there(story, "ada", _PART)
    story.life.background()
    story.life.wait(hours=3)
    refund(story, "ada", None)
    story.life.background()


def cancelled_with_refund(story: Story, method: str) -> None:
    """The seat is free, whatever becomes of the money (RFD-6)."""
    sold(story, method)
    cancel_with_refund(story, "ada", _PART)
    story.life.background()


def dispute_lost(story: Story, method: str) -> None:
    sold(story, method)
    dispute(story, "ada", _PART)
    story.life.background()
    lose(story)
    story.life.background()


def dispute_won(story: Story, method: str) -> None:
    sold(story, method)
    dispute(story, "ada")
    story.life.background()
    win(story)
    story.life.background()


def dispute_lost_then_won(story: Story, method: str) -> None:
    """Until the appeal is decided the money is gone."""
    sold(story, method)
    dispute(story, "ada")
    lose(story)
    story.life.background()
    appeal(story)
    story.life.background()
    win(story)
    story.life.background()


def three_of_a_cancelled_training(story: Story, method: str) -> None:
    """One has paid, one has paid by hand, one stands on the other provider's page."""
    training = story.training(capacity=3)
    bought(story, "ada", training, method)
    story.register("bea", training)
    story.mark_paid("bea")
    story.register("cyn", training)
    story.start("cyn", method="paypal" if method == "stripe" else "stripe")
    story.life.background()
    story.life.calls.mark()
    story.cancel_training(training)
    story.life.background()


def at(method: str, play: Callable[[Story, str], None]) -> Callable[[Story], None]:
    """The story at this provider, by a name of its own."""

    def act(story: Story) -> None:
        play(story, method)

    act.__name__ = play.__name__ if method == "stripe" else f"{method}_{play.__name__}"
    return act


def _flows(method: str) -> tuple[Flow, ...]:
    confirmed = {"ada": S.CONFIRMED}
    disputed, failed = frozenset({"dispute.opened"}), frozenset({"refund.failed"})
    return (
        Flow(at(method, refunded_in_part), confirmed, returned={"ada": _PART}),
        Flow(
            at(method, refund_fails_later),
            confirmed,
            needs_webhooks=True,
            alarms=failed,
            returned={"ada": _PAID},
        ),
        Flow(
            at(method, refunded_there),
            confirmed,
            needs_webhooks=True,
            returned={"ada": _PAID},
        ),
        Flow(
            at(method, refund_there_fails_later),
            confirmed,
            needs_webhooks=True,
            alarms=failed,
            returned={"ada": _PAID},
        ),
        Flow(at(method, cancelled_with_refund), {"ada": S.CANCELLED}, returned={"ada": _PART}),
        Flow(
            at(method, dispute_lost),
            confirmed,
            needs_webhooks=True,
            alarms=disputed,
            returned={"ada": _PART},
        ),
        Flow(at(method, dispute_won), confirmed, needs_webhooks=True, alarms=disputed),
        Flow(at(method, dispute_lost_then_won), confirmed, needs_webhooks=True, alarms=disputed),
        Flow(
            at(method, three_of_a_cancelled_training),
            {"ada": S.CANCELLED, "bea": S.CANCELLED, "cyn": S.CANCELLED},
            returned={"ada": _PAID},
        ),
    )


MONEY_BACK_FLOWS: Final = (
    *_flows("stripe"),
    Flow(
        at("stripe", refunded_there_with_its_fee),  # PayPal's pages never return it
        {"ada": S.CONFIRMED},
        needs_webhooks=True,
        returned={"ada": _PAID},
    ),
    *_flows("paypal"),
)
