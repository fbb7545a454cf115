"""A night's comparison with the providers, as the function runs it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from guichet.bootstrap import Container
from guichet.entry.reconciliation import command_of
from guichet.payments.books import Listed, ListedKind, ListPage
from guichet.payments.reconciliation import ReconciliationRun
from guichet.registration.reconciling import Reconciling
from guichet.registration.use_cases.reconcile import Reconciled, reconcile
from tests.support.world import ACCOUNT, World


def compare(
    world: World,
    *,
    by_hand: str | None = None,
    since: datetime | None = None,
    parts: Container | None = None,
    reconciling: Reconciling | None = None,
    has_time: Callable[[], bool] = lambda: True,
) -> Reconciled:
    """The day's run, or one by hand under this name; what failed is raised, as the function does."""
    used, now = parts or world.parts, world.clock.now()
    event: dict[str, object] = {}
    if by_hand is not None:
        assert since is not None
        event = {"since": since.isoformat(), "request": by_hand, "operator": "maria"}
    outcome = reconcile(
        command_of(event, now), reconciling=reconciling or used.reconciling, has_time=has_time
    )
    if outcome.failures:
        raise ExceptionGroup("reconciliation", outcome.failures)
    return outcome


def run_of(world: World, provider: str, account_id: str = ACCOUNT) -> ReconciliationRun:
    """The newest run of an account at a provider."""
    runs = world.parts.reconciliations.runs_of(account_id, limit=100, after=None).items
    return next(each for each in runs if each.provider == provider)


def findings(world: World) -> list[str]:
    """The codes of everything that was reported."""
    return [each["code"] for each in world.reports.findings()]


class KeptBooks:
    """`ProviderBooks` over a list: half-open windows, small pages, the newest first."""

    def __init__(self, kinds: tuple[ListedKind, ...], *listed: Listed, page: int = 2) -> None:
        self.kinds = kinds
        self.entries = list(listed)
        self._page = page

    def listed(
        self,
        kind: ListedKind,
        *,
        payee: str,
        since: datetime,
        until: datetime,
        after: str | None = None,
    ) -> ListPage:
        wanted = [
            each
            for each in self.entries
            if each.kind is kind
            and since <= each.at < until
            and (kind is ListedKind.FEE or each.payee == payee)
        ]
        wanted.sort(key=lambda each: (each.at, each.object_id), reverse=True)
        names = [each.object_id for each in wanted]
        start = 0 if after is None else names.index(after) + 1
        items = tuple(wanted[start : start + self._page])
        more = start + self._page < len(wanted)
        return ListPage(items, items[-1].object_id if more else None)
