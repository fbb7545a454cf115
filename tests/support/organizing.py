"""What an organizer and a registrant do beside paying by card, in a `World`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from guichet.access.membership import Member, Role
from guichet.errors import Refusal
from guichet.events import Actor, ActorKind
from guichet.ledger.journal import Change
from guichet.payments.refund import Refund
from guichet.registration.discount import DiscountCode
from guichet.registration.naming import return_id
from guichet.registration.ports import NewCodeUses
from guichet.registration.registration import Registration
from guichet.registration.training import Training, TrainingStatus
from guichet.registration.use_cases.cancel_registration import (
    CancelRegistration,
    cancel_registration,
)
from guichet.registration.use_cases.choose_offline import ChooseOffline, choose_offline
from guichet.registration.use_cases.decide_approval import DecideApproval, decide_approval
from guichet.registration.use_cases.mark_paid import MarkPaid, mark_paid
from guichet.replies import Reply
from tests.support import samples
from tests.support.world import ACCOUNT, REGISTRANT, World, refusal_of


def refused(world: World, act: Callable[[], object]) -> Refusal:
    """The refusal that an act ends in, which has written nothing."""
    before = (world.dynamo.items("state"), world.dynamo.items("journal"))
    refusal = refusal_of(act)
    assert (world.dynamo.items("state"), world.dynamo.items("journal")) == before
    return refusal


def unmoved(world: World, act: Callable[[], object]) -> None:
    """Something is done that changes nothing."""
    before = (world.dynamo.items("state"), world.dynamo.items("journal"))
    act()
    assert (world.dynamo.items("state"), world.dynamo.items("journal")) == before


def actor_of(member: Member) -> Actor:
    return Actor(ActorKind.MEMBER, member.member_id, "198.51.100.4")


def manager(world: World) -> Member:
    """The event manager whose trainings a `World` makes."""
    return world.member("maria", Role.EVENT_MANAGER)


def decide(
    world: World,
    member: Member,
    registration: Registration,
    *,
    approve: bool = True,
    note: str | None = None,
    key: str | None = None,
) -> Reply[Registration]:
    command = DecideApproval(
        registration.registration_id, approve, note, member, key, actor_of(member)
    )
    return decide_approval(
        command, records=world.parts.records, clock=world.clock, policy=world.parts.policy
    )


def mark(
    world: World,
    member: Member,
    registration: Registration,
    *,
    paid: bool = True,
    key: str | None = None,
) -> Reply[Registration]:
    command = MarkPaid(registration.registration_id, paid, member, key, actor_of(member))
    return mark_paid(command, settling=world.parts.settling)


def cancel(
    world: World,
    registration: Registration,
    member: Member | None = None,
    *,
    note: str | None = None,
    key: str | None = None,
) -> Reply[Registration]:
    """Cancel as a member, or, without one, as the registrant."""
    actor = actor_of(member) if member else REGISTRANT
    command = CancelRegistration(registration.registration_id, member, note, key, actor)
    return cancel_registration(command, settling=world.parts.settling)


def pay_offline(
    world: World, registration: Registration, method: str = "invoice", key: str = "offline-1"
) -> Reply[Registration]:
    command = ChooseOffline(registration.registration_id, method, key, REGISTRANT)
    return choose_offline(command, settling=world.parts.settling)


def code(world: World, **changed: Any) -> DiscountCode:  # noqa: ANN401 - fields of many types
    """A code of the world's organizer, 10 % off unless changed."""
    made = samples.discount_code(account_id=ACCOUNT, **changed)
    uses = NewCodeUses(ACCOUNT, made.code_id, made.code, made.total_uses)
    world.parts.records.save(world.cause("create_discount_code"), [Change(None, made)], [uses])
    return made


def close(world: World, training: Training) -> Training:
    """As the organizer closes it; nothing has been ended yet."""
    return change(
        world,
        training,
        status=TrainingStatus.CLOSED,
        ending_sessions_since=world.clock.now(),
    )


def change(world: World, training: Training, **changed: Any) -> Training:  # noqa: ANN401 - same
    changed_training = replace(training, version=training.version + 1, **changed)
    change = Change(training, changed_training)
    world.parts.records.save(world.cause("change"), [change])
    return changed_training


def uses_of(world: World, made: DiscountCode) -> int:
    """How many uses of a code are counted or reserved."""
    found = [item for item in world.state() if item["pk"] == f"CODE#{made.code_id}"]
    (counter,) = [item for item in found if item["sk"] == "USES"]
    used = counter["used"]
    assert isinstance(used, int)
    return used


def late_payment(world: World, training: Training, email: str) -> Registration:
    """A registration that expires while its page, left open, is paid all the same."""
    registration = world.register(training, email)
    payment = world.start(registration)
    assert payment.session_id is not None
    world.stripe.configure_chaos({"pay_expired": 1})
    world.clock.advance(minutes=32)
    world.settle_down()
    assert not world.read(registration).is_live
    world.stripe.pay(payment.session_id)
    return registration


def start_debit(world: World, registration: Registration, key: str = "pay-1") -> str:
    """A bank debit that the provider has, but that no bank has settled; its session."""
    payment = world.start(registration, key)
    assert payment.session_id is not None
    world.stripe.start_bank_debit(payment.session_id)
    world.settle_down()
    return payment.session_id


def the_return(world: World, registration: Registration) -> Refund:
    """The one automatic return of this registration's first payment."""
    (created,) = [
        entry.aggregate.partition("/")[2]
        for entry in world.journal()
        if entry.aggregate.startswith("payment/")
        and entry.after.get("registration_id") == registration.registration_id
    ][:1]
    found = world.parts.records.refund(created, return_id(created))
    assert found is not None
    return found
