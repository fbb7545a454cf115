"""Commands that keep a deployment going: dead letters, configuration."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from guichet.cli.stack import Commands, say, the_stack
from guichet.configuration import (
    COMPILED,
    COMPILED_BILLING,
    compile_billing,
    compile_registration,
)
from guichet.errors import Refusal

_DEAD_LETTERS: Final = {
    "settle": ("SettleDeadLettersUrl", "SettleQueueUrl"),
    "deliver": ("DeliverDeadLettersUrl", "DeliverQueueUrl"),
    "invoice": ("InvoiceDeadLettersUrl", "InvoiceQueueUrl"),
}


def add_to(commands: Commands) -> None:
    """`replay` and `config`."""
    replay = commands.add_parser("replay", help="put dead letters back into their queue")
    replay.add_argument("queue", nargs="*", help=f"of {', '.join(_DEAD_LETTERS)}; all by default")
    replay.set_defaults(command=_replay)
    config = commands.add_parser("config", help="validate and compile config/")
    config.add_argument("--check", action="store_true", help="only say whether it is current")
    config.set_defaults(command=_config)


def _replay(options: argparse.Namespace) -> None:
    from guichet.adapters.aws.commands import move_messages  # noqa: PLC0415 - on its road only

    _, outputs = the_stack(options)
    unknown = set(options.queue) - set(_DEAD_LETTERS)
    if unknown:
        raise Refusal("queue_unknown", f"Queues are {', '.join(_DEAD_LETTERS)}.")
    for name in options.queue or _DEAD_LETTERS:
        dead, alive = _DEAD_LETTERS[name]
        say(f"{name}: {move_messages(outputs[dead], outputs[alive])} moved")


def _config(options: argparse.Namespace) -> int:
    """Compile what is in config/ into the package, or say whether that is current."""
    # Both are compiled before either is written: a mistake leaves what was there.
    compiled = {
        COMPILED: compile_registration(Path("config/registration.toml")),
        COMPILED_BILLING: compile_billing(Path("config/billing.toml")),
    }
    stale = [
        target
        for name, text in compiled.items()
        if not (target := _data(name)).exists() or target.read_text() != text
    ]
    if not options.check:
        for target in stale:
            target.write_text(compiled[target.name])
        return 0
    for target in stale:
        say(f"{target} is not current: run `guichet config`")
    return 1 if stale else 0


def _data(name: str) -> Path:
    return Path(__file__).parents[1] / "data" / name
