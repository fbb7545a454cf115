"""The command `verify`: whether everything stored keeps the rules."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from datetime import datetime
from itertools import chain
from pathlib import Path

from guichet.adapters.dynamo.seam import Item
from guichet.cli.stack import Commands, say, the_stack
from guichet.payments.schedule import WORKER_LIVES


def add_to(commands: Commands) -> None:
    """`verify`."""
    verify = commands.add_parser("verify", help="judge everything stored; 1 if anything is wrong")
    verify.add_argument(
        "--export",
        nargs="+",
        type=Path,
        metavar="FOLDER",
        help="read DynamoDB's exports of both tables instead of the tables",
    )
    verify.add_argument(
        "--still", action="store_true", help="nothing changes meanwhile: judge the last minutes too"
    )
    verify.set_defaults(command=_verify)


def _verify(options: argparse.Namespace) -> int:
    from guichet.verification.telling import lines_of  # noqa: PLC0415 - on its road only
    from guichet.verification.verifying import verify  # noqa: PLC0415 - same

    stored, now, is_still = _exported(options.export) if options.export else _live(options)
    moving_since = None if is_still else now - WORKER_LIVES
    report = verify(stored, now=now, moving_since=moving_since)
    for line in lines_of(report, now=now):
        say(line)
    return 0 if report.is_clean else 1


def _live(options: argparse.Namespace) -> tuple[Iterable[Item], datetime, bool]:
    import boto3  # noqa: PLC0415 - on its road only

    from guichet.adapters.aws.sdk import CONFIG  # noqa: PLC0415 - same
    from guichet.verification.live import scanned  # noqa: PLC0415 - same

    parts, outputs = the_stack(options)
    tables = (outputs["StateTableName"], outputs["JournalTableName"])
    client = boto3.client("dynamodb", config=CONFIG)
    return scanned(client, *tables), parts.clock.now(), options.still


def _exported(folders: list[Path]) -> tuple[Iterable[Item], datetime, bool]:
    """Both tables as of one moment are still; else what changed between the two is not judged."""
    from guichet.verification.export import exports_in  # noqa: PLC0415 - on its road only

    exports = exports_in(folders)
    moments = {each.taken_at for each in exports}
    return chain.from_iterable(each.items() for each in exports), min(moments), len(moments) == 1
