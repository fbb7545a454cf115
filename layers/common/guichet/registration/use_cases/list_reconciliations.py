"""An owner looks at what the comparisons with the providers' books came to (EXT-3)."""

from __future__ import annotations

from guichet.access.membership import Member, Permission
from guichet.payments.reconciliation import ReconciliationRun
from guichet.registration.ports import Slice
from guichet.registration.reconciliation_ports import ReconciliationRecords


def list_reconciliations(
    member: Member, *, runs: ReconciliationRecords, limit: int, after: str | None
) -> Slice[ReconciliationRun]:
    """The member's own account's, newest first (ACC-2)."""
    member.reach(Permission.READ_RECONCILIATIONS)
    return runs.runs_of(member.account_id, limit=limit, after=after)
