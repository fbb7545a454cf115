"""Every minute: whatever is due, and whatever a lost message left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools import Logger

from guichet import bootstrap
from guichet.entry.metrics import overdue_work
from guichet.entry.work import doers
from guichet.registration.use_cases.do_due_work import do_due_work

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from guichet.registration.outbox import DueWork

logger = Logger()
bootstrap.prepare()
_RESERVE_MS: Final = 10_000  # for the last thing begun


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Do what is due until it is done or time runs out; the next run goes on.

    Raises:
        ExceptionGroup: what failed, after everything else was done.
    """
    del event
    parts = bootstrap.container()

    def pass_on(work: DueWork) -> None:
        parts.send_messages(parts.settings.deliver_queue_url, [({"effect": work.ids[0]}, 0)])

    result = do_due_work(
        index=parts.outbox,
        doers=doers(parts, pass_on),
        clock=parts.clock,
        has_time=lambda: context.get_remaining_time_in_millis() > _RESERVE_MS,
    )
    summary = {
        "done": result.done.total(),
        "waiting": result.waiting,
        "overdue": result.overdue,
        "failed": len(result.failures),
    }
    logger.info("upkeep ran", extra=summary | {"kinds": dict(result.done)})
    if result.overdue:
        overdue_work(result.overdue)
    if result.failures:
        raise ExceptionGroup("some of what was due failed", result.failures)
    return summary
