"""Which stack a command works on, who runs it, and how it speaks."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, Final

from guichet.bootstrap import Container
from guichet.errors import Refusal
from guichet.events import Actor, ActorKind
from guichet.settings import Settings, operator_name, use_local_endpoint

# The parser's own type has no public name.
type Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse's

_LOCAL_DESCRIPTION: Final = Path(".local/stack.json")


def the_stack(options: argparse.Namespace) -> tuple[Container, dict[str, str]]:
    """The parts of the stack that is meant, and what it is made of."""
    outputs = _deployed(options.stack) if options.stack else _local()
    settings = Settings.of_stack(outputs, test_clock=options.stack is None)
    return Container(settings), outputs


def _local() -> dict[str, str]:
    if not _LOCAL_DESCRIPTION.is_file():
        raise Refusal("no_local_stack", "Start it with `make run`, or name one with --stack.")
    described: dict[str, Any] = json.loads(_LOCAL_DESCRIPTION.read_text())
    use_local_endpoint(described["endpoint_url"])
    return {**described["outputs"], "PublicBaseUrl": described["url"]}


def _deployed(name: str) -> dict[str, str]:
    from guichet.adapters.aws.commands import stack_outputs  # noqa: PLC0415 - on its road only

    return stack_outputs(name)


def operator() -> Actor:
    return Actor(ActorKind.OPERATOR, operator_name(), "command line")


def say(line: str) -> None:
    print(line)  # noqa: T201 - a command prints
