"""The link to a registration goes to its mailbox again; who asks learns nothing (REG-12, REG-13)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.access.membership import Member, Permission
from guichet.clock import Clock
from guichet.errors import ConcurrentUpdateError
from guichet.events import Actor
from guichet.registration.permitted import permitted_registration
from guichet.registration.policy import RegistrationPolicy
from guichet.registration.ports import Records
from guichet.registration.registration import Registration
from guichet.registration.relinking import mail_link_again
from guichet.registration.settling import cause_of


@dataclass(frozen=True, slots=True)
class ResendLink:
    """Asked by anyone who knows a training and an address."""

    training_id: str
    email: str
    actor: Actor


@dataclass(frozen=True, slots=True)
class ResendLinkTo:
    """Asked by a member, for one registration."""

    registration_id: str
    member: Member
    actor: Actor


def resend_link(
    command: ResendLink, *, records: Records, clock: Clock, policy: RegistrationPolicy
) -> None:
    """Mail it where there is a live registration, at most every few minutes; never refuse."""
    cause = cause_of(command.actor, "resend_link", clock)
    mail_link_again(records, command.training_id, command.email, cause, policy)


def resend_link_to(
    command: ResendLinkTo, *, records: Records, clock: Clock, policy: RegistrationPolicy
) -> Registration:
    """Mail it, at most every few minutes.

    Raises:
        Conflict: `registration_<status>`, it has ended: there is nothing behind its link.
    """
    registration, training = permitted_registration(
        records, command.member, Permission.MANAGE_TRAININGS, command.registration_id
    )
    if not registration.is_live:
        raise registration.refusal(f"This registration is {registration.status}.")
    cause = cause_of(command.actor, "resend_link", clock)
    mail_link_again(records, training.training_id, registration.email, cause, policy)
    fresh = records.registration(registration.registration_id)
    if fresh is None:
        raise ConcurrentUpdateError("a registration that was there is gone")
    return fresh
