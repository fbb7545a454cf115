"""Nightly, and by hand for a range: compare our books with the providers' (EXT-3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools import Logger

from guichet import bootstrap
from guichet.entry.metrics import overdue_work
from guichet.entry.reconciliation import command_of
from guichet.registration.use_cases.reconcile import reconcile

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()
bootstrap.prepare(providers=True)
_RESERVE_MS: Final = 60_000  # for the page in hand: a question about each of its payments


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Go on until everything is compared or time runs out; the next call goes on.

    Raises:
        Invalid: a range that can't be meant.
        ExceptionGroup: what failed, after everything else was done.
    """
    parts = bootstrap.container()
    outcome = reconcile(
        command_of(event, parts.clock.now()),
        reconciling=parts.reconciling,
        has_time=lambda: context.get_remaining_time_in_millis() > _RESERVE_MS,
    )
    summary = {
        "finished": len(outcome.finished),
        "done_before": outcome.done_before,
        "waiting": outcome.waiting,
        "findings": outcome.findings,
        "failed": len(outcome.failures),
    }
    logger.info("reconciliation ran", extra=summary)
    if outcome.late:
        overdue_work(outcome.late)
    if outcome.failures:
        raise ExceptionGroup("some accounts could not be compared", outcome.failures)
    return summary
