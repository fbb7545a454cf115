"""What an account asks of its subscriptions and is refused, and that it leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from guichet.subscriptions.use_cases.assign_seat import AssignSeat, assign_seat
from guichet.subscriptions.use_cases.change_at_renewal import ChangeAtRenewal, change_at_renewal
from guichet.subscriptions.use_cases.report_activation import ReportActivation, report_activation
from guichet.subscriptions.use_cases.start_trial import StartTrial, start_trial
from guichet.subscriptions.use_cases.withdraw_cancellation import withdraw_cancellation
from tests.support.billing import Billing
from tests.support.billing_days import on
from tests.support.unchanged import nothing_written
from tests.support.world import refusal_of

BEGIN: Final = date(2027, 1, 1)

type Doing = Callable[[Billing], object]


def refused(billing: Billing, doing: Doing) -> str:
    """The code of the refusal, which left everything as it was."""
    with nothing_written(billing.world.dynamo):
        return refusal_of(lambda: doing(billing)).code


def subscribe(**wanted: Any) -> Doing:  # noqa: ANN401 - fields of a line
    return lambda billing: billing.preview(billing.webinar(**wanted))


def about(kind: str, **wanted: Any) -> Doing:  # noqa: ANN401 - same
    """A wish about the account's only subscription."""
    return lambda billing: billing.preview(
        billing.wish(kind, subscription_id=billing.only().subscription_id, **wanted)
    )


def at_renewal(**wanted: Any) -> Doing:  # noqa: ANN401 - same
    def ask(billing: Billing) -> object:
        action = billing.action(billing.only().subscription_id)
        return change_at_renewal(ChangeAtRenewal(action, **wanted), carts=billing.parts().carts)

    return ask


def withdraw(billing: Billing) -> object:
    action = billing.action(billing.only().subscription_id)
    return withdraw_cancellation(action, carts=billing.parts().carts)


def seat(billing: Billing, email: str = "ada@atelier.example") -> object:
    command = AssignSeat(
        billing.only().subscription_id,
        *(email, "Ada", False, True),
        billing.owner,
        billing.key(),
        billing.actor(),
    )
    return assign_seat(command, carts=billing.parts().carts)


def trial(product: str, plan: str, seats: int) -> Doing:
    def ask(billing: Billing) -> object:
        command = StartTrial(product, plan, seats, billing.owner, billing.actor())
        return start_trial(command, carts=billing.parts().carts)

    return ask


def active(product: str = "webinar", plan: str = "starter", seats: int = 3) -> Billing:
    billing = on(BEGIN)
    billing.buy(billing.webinar(plan, seats, product_id=product))
    billing.world.clock.advance(days=3)
    billing.world.settle_down()
    return billing


def activate(billing: Billing) -> object:
    action = billing.action(billing.only().subscription_id, member=billing.representative)
    return report_activation(ReportActivation(action), carts=billing.parts().carts)
