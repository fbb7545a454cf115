"""What was parked may be invoiced again: somebody has looked (INV-1)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from guichet.access.membership import Member, Permission
from guichet.errors import Conflict
from guichet.events import Actor, Event
from guichet.invoices.invoicing import Invoicing
from guichet.invoices.ports import Aggregate
from guichet.ledger.journal import Cause, Change
from guichet.retrying import with_fresh_state
from guichet.subscriptions.balance import AccountBalance


@dataclass(frozen=True, slots=True)
class ReleaseAccount:
    """Whose invoices, with which selling entity, in which currency."""

    account_id: str
    selling_entity: str
    currency: str
    member: Member | None  # None: the operator, at the command line
    actor: Actor


def release_account(command: ReleaseAccount, *, invoicing: Invoicing) -> AccountBalance:
    """The next run looks at it again; if nothing has changed, it is parked again.

    Raises:
        NotAllowed: only a representative may.
        Conflict: `not_parked`.
    """
    if command.member is not None:
        command.member.reach(Permission.MANAGE_INVOICES)
    cause = Cause(command.actor, "release_account", invoicing.clock.now())

    def attempt() -> AccountBalance:
        before = invoicing.billing.balance(
            command.account_id, command.selling_entity, command.currency
        )
        if not before.parked:
            raise Conflict("not_parked", "Invoices of this account are not parked.", rule="INV-1")
        after = replace(before, parked="", version=before.version + 1)
        facts = {"reason": before.parked}
        change = Change[Aggregate](
            before, after, (Event("invoice.released", facts),), book=command.selling_entity
        )
        invoicing.records.save(cause, [change])
        return after

    return with_fresh_state(attempt)
