"""Commands that compare with the providers' books: reconcile, reconciliations."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, Final

from guichet.cli.stack import Commands, operator, say, the_stack
from guichet.clock import SystemClock
from guichet.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guichet.bootstrap import Container
    from guichet.payments.reconciliation import ReconciliationRun

_MOST_CALLS: Final = 50


def add_to(commands: Commands) -> None:
    """`reconcile` and `reconciliations`."""
    reconcile = commands.add_parser(
        "reconcile", help="compare with the providers' books now: today's run, or a range"
    )
    reconcile.add_argument("--since", help="a day or a time in UTC; today's run if not given")
    reconcile.add_argument("--until", help="a day or a time in UTC; now if not given")
    reconcile.set_defaults(command=_reconcile)
    shown = commands.add_parser("reconciliations", help="what the comparisons came to")
    shown.add_argument("account", nargs="?", help="all of one account; the newest of each if not")
    shown.set_defaults(command=_reconciliations)


def _reconcile(options: argparse.Namespace) -> int:
    """Call the function until nothing is left to do, or calling it again brings nothing.

    Raises:
        Invalid: `since_missing`, an end without a beginning.
    """
    from guichet.adapters.aws.commands import invoke  # noqa: PLC0415 - on its road only

    event = _event(options)
    parts, outputs = the_stack(options)
    waiting = None
    for _ in range(_MOST_CALLS):
        came: dict[str, Any] = invoke(outputs["ReconcileFunctionName"], event)
        say(", ".join(f"{name} {count}" for name, count in came.items()))
        if not came["waiting"] or came["waiting"] == waiting:
            break
        waiting = came["waiting"]
    for run in _newest(parts):
        say(_line(run))
    return 1 if came["waiting"] else 0


def _event(options: argparse.Namespace) -> dict[str, str]:
    if options.since is None:
        if options.until is not None:
            raise Invalid("since_missing", "Say --since too: a range has a beginning.")
        return {}
    request = SystemClock().now().strftime("%Y%m%dT%H%M%S.%fZ")  # one name for all the calls
    event = {"since": options.since, "request": request, "operator": operator().id}
    return event if options.until is None else {**event, "until": options.until}


def _reconciliations(options: argparse.Namespace) -> None:
    parts, _ = the_stack(options)
    runs = _newest(parts) if options.account is None else _all_of(parts, options.account)
    for run in runs:
        say(_line(run))
        for found in run.findings:
            told = {name: value for name, value in found.as_plain().items() if value}
            say("  " + ", ".join(f"{name} {value}" for name, value in told.items()))


def _newest(parts: Container) -> Iterator[ReconciliationRun]:
    """Of each account at each provider, then of the operator's own."""
    from guichet.payments.reconciliation import PLATFORM, RunKind  # noqa: PLC0415 - same

    places: list[tuple[str, str]] = []
    after: str | None = None
    while True:
        part = parts.reconciliations.payment_accounts(limit=100, after=after)
        places.extend((each.account_id, each.provider) for each in part.items)
        after = part.after
        if after is None:
            break
    for account_id, provider in (*places, *((PLATFORM, each) for each in parts.books)):
        kinds = (parts.reconciliations.latest_run(account_id, provider, kind) for kind in RunKind)
        runs = [run for run in kinds if run is not None]
        if runs:
            yield max(runs, key=lambda run: run.started_at)


def _all_of(parts: Container, account_id: str) -> Iterator[ReconciliationRun]:
    after: str | None = None
    while True:
        part = parts.reconciliations.runs_of(account_id, limit=100, after=after)
        yield from part.items
        after = part.after
        if after is None:
            return


def _line(run: ReconciliationRun) -> str:
    counts = ", ".join(f"{name} {count}" for name, count in run.counts.as_plain().items() if count)
    return (
        f"{run.started_at:%Y-%m-%d %H:%M} {run.account_id} {run.provider} {run.status}: "
        f"{run.found} findings ({counts or 'nothing to compare'}) "
        f"reconciliations/{run.account_id}/{run.run_id}/"
    )
