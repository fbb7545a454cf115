"""What nobody answers for about a refund, a person looks up: it went back, or becomes credit (COL-8)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.collection.own_refunding import OwnRefunding
from guichet.collection.writing import cause_of
from guichet.events import Actor
from guichet.payments.own_refund import OwnRefund


@dataclass(frozen=True, slots=True)
class ResolveOwnRefund:
    """A person's word about one refund."""

    refund_id: str
    went_back: bool
    actor: Actor


def resolve_own_refund(command: ResolveOwnRefund, *, own_refunding: OwnRefunding) -> OwnRefund:
    """Write what the provider's pages show, or what it says when it is asked. A repeat is refused.

    Raises:
        NotFound: no such refund.
        Conflict: `refund_<status>`, it is over, or the provider has it; `refund_not_overdue`, it may
            yet be answered.
        Unavailable: it may be under way at this moment, or the provider does not answer.
    """
    cause = cause_of(command.actor, "resolve_own_refund", own_refunding.clock)
    return own_refunding.resolve(command.refund_id, cause, went_back=command.went_back)
