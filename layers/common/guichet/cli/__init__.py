"""The command `guichet`: what the operator's staff does outside the API. Parses, calls, prints.

It works on the local stack unless `--stack NAME` says which deployed one.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from guichet.cli import (
    catalogue,
    invoicing,
    money,
    people,
    reconciliation,
    selling,
    tax,
    upkeep,
    verify,
)
from guichet.configuration import ConfigurationError
from guichet.errors import Refusal


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; answers the exit status."""
    options = _parser().parse_args(arguments)
    try:
        command = options.command
        status: int | None = command(options)
        sys.stdout.flush()
    except Refusal as refusal:
        print(f"{refusal.code}: {refusal.detail}", file=sys.stderr)  # noqa: T201 - a command prints
        return 1
    except ConfigurationError as error:
        print(error, file=sys.stderr)  # noqa: T201 - same
        return 1
    except BrokenPipeError:  # `| head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status or 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="guichet", description=__doc__)
    parser.add_argument("--stack", help="name of a deployed stack; the local one if not given")
    commands = parser.add_subparsers(required=True)
    for part in (catalogue, selling, tax, people, money, invoicing, reconciliation, upkeep, verify):
        part.add_to(commands)
    return parser
