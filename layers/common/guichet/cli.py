"""The command `guichet`: what the operator's staff does outside the API. Parses, calls, prints.

It works on the local stack unless `--stack NAME` says which deployed one.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from guichet.bootstrap import Container
from guichet.configuration import COMPILED, ConfigurationError, compile_registration
from guichet.errors import Refusal
from guichet.events import Actor, ActorKind
from guichet.settings import Settings, operator_name, use_local_endpoint

_LOCAL_DESCRIPTION: Final = Path(".local/stack.json")
_DEAD_LETTERS: Final = {
    "settle": ("SettleDeadLettersUrl", "SettleQueueUrl"),
    "deliver": ("DeliverDeadLettersUrl", "DeliverQueueUrl"),
}


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
    _account_commands(commands)
    _member_commands(commands)
    _payment_account_commands(commands)
    story = commands.add_parser("story", help="everything known about one registration, in order")
    story.add_argument("registration")
    story.set_defaults(command=_story)
    _resolve_command(commands)
    books = commands.add_parser("books", help="an account's books as a plain-text journal")
    books.add_argument("account")
    books.set_defaults(command=_books)
    audit = commands.add_parser("audit", help="an account's every change as JSON lines (ACC-3)")
    audit.add_argument("account")
    audit.set_defaults(command=_audit)
    replay = commands.add_parser("replay", help="put dead letters back into their queue")
    replay.add_argument("queue", nargs="*", help=f"of {', '.join(_DEAD_LETTERS)}; all by default")
    replay.set_defaults(command=_replay)
    config = commands.add_parser("config", help="validate and compile config/")
    config.add_argument("--check", action="store_true", help="only say whether it is current")
    config.set_defaults(command=_config)
    return parser


type _Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse's


def _account_commands(commands: _Commands) -> None:
    account = commands.add_parser("account", help="accounts of the operator's customers")
    create = account.add_subparsers(required=True).add_parser("create")
    create.add_argument("account_id", help="acc_ and a-z, 0-9, _")
    create.add_argument("--legal-name", required=True)
    create.add_argument("--email", required=True)
    create.add_argument("--tax-note", default="")
    create.add_argument("--time-zone", default="UTC")
    create.add_argument("--language", default="en")
    create.set_defaults(command=_create_account)


def _member_commands(commands: _Commands) -> None:
    member = commands.add_parser("member", help="people with a sign-in on an account")
    add = member.add_subparsers(required=True).add_parser("add")
    add.add_argument("account_id")
    add.add_argument("--issuer", required=True, help="of the sign-in, as its tokens say")
    add.add_argument("--subject", required=True, help="of the sign-in, as its tokens say")
    add.add_argument("--email", required=True)
    add.add_argument("--name", required=True)
    add.add_argument("--role", action="append", required=True, dest="roles")
    add.set_defaults(command=_add_member)


def _payment_account_commands(commands: _Commands) -> None:
    account = commands.add_parser("payment-account", help="an organizer's account at a provider")
    link = account.add_subparsers(required=True).add_parser("link")
    link.add_argument("account_id")
    link.add_argument(
        "provider_account_id", help="as the provider writes it: acct_…, or a merchant id"
    )
    link.add_argument("--provider", default="stripe")
    for flag, meaning in (
        ("--confirmed", "the provider says that the e-mail address is confirmed"),
        ("--verified", "the provider says that it may receive payments"),
        ("--takes-cards", "the provider says that it takes cards"),
    ):
        link.add_argument(flag, action="store_true", help=meaning)
    link.set_defaults(command=_link_payment_account)


def _resolve_command(commands: _Commands) -> None:
    resolve = commands.add_parser("resolve", help="decide about a payment that waits for a person")
    resolve.add_argument("payment")
    resolve.add_argument(
        "decision",
        choices=("accept", "return", "taken", "nothing-taken"),
        help="accept or return: of a mismatched one; the others: what the provider's pages show",
    )
    resolve.add_argument("--capture-id", help="with `taken`: the provider's id of the capture")
    resolve.add_argument(
        "--provider-fee-minor",
        type=int,
        help="with `taken`: what the provider kept, in minor units",
    )
    resolve.set_defaults(command=_resolve)


def _create_account(options: argparse.Namespace) -> None:
    from guichet.access.use_cases.create_account import (  # noqa: PLC0415 - on its road only
        CreateAccount,
        create_account,
    )

    parts, _ = _stack(options)
    fields = ("account_id", "legal_name", "email", "tax_note", "time_zone", "language")
    values = {name: getattr(options, name) for name in fields}
    account = create_account(
        CreateAccount(**values, actor=_operator()), people=parts.people, clock=parts.clock
    )
    _say(f"created {account.account_id}")


def _add_member(options: argparse.Namespace) -> None:
    from guichet.access.use_cases.add_member import (  # noqa: PLC0415 - on its road only
        AddMember,
        add_member,
    )

    parts, _ = _stack(options)
    fields = ("account_id", "issuer", "subject", "email", "name")
    values = {name: getattr(options, name) for name in fields}
    member = add_member(
        AddMember(**values, roles=tuple(options.roles), actor=_operator()),
        people=parts.people,
        clock=parts.clock,
    )
    _say(f"added {member.member_id}")


def _link_payment_account(options: argparse.Namespace) -> None:
    from guichet.payments.use_cases.record_payment_account import (  # noqa: PLC0415 - same
        RecordPaymentAccount,
        record_payment_account,
    )

    parts, _ = _stack(options)
    fields = ("account_id", "provider", "provider_account_id", "confirmed", "verified")
    values = {name: getattr(options, name) for name in (*fields, "takes_cards")}
    linked = record_payment_account(
        RecordPaymentAccount(**values, actor=_operator()), people=parts.people, clock=parts.clock
    )
    usable = "usable" if linked.is_usable else "not usable yet"
    _say(f"{linked.provider_account_id} is linked to {linked.account_id} and {usable}")


def _story(options: argparse.Namespace) -> None:
    from guichet.registration.story import lines_of  # noqa: PLC0415 - on its road only

    parts, _ = _stack(options)
    for line in lines_of(parts.history.story(options.registration)):
        _say(line)


def _resolve(options: argparse.Namespace) -> None:
    from guichet.registration.use_cases.resolve_payment import (  # noqa: PLC0415 - on its road only
        Found,
        Resolution,
        ResolvePayment,
        resolve_payment,
    )

    parts, _ = _stack(options)
    is_found = options.capture_id is not None and options.provider_fee_minor is not None
    found = Found(options.capture_id, options.provider_fee_minor) if is_found else None
    command = ResolvePayment(options.payment, Resolution(options.decision), found, _operator())
    payment = resolve_payment(command, settling=parts.settling)
    _say(f"{payment.payment_id} is {payment.status}")


def _books(options: argparse.Namespace) -> None:
    from guichet.ledger.export import plain_text_journal  # noqa: PLC0415 - on its road only

    parts, _ = _stack(options)
    sys.stdout.write(plain_text_journal(parts.history.entries_of(options.account)))


def _audit(options: argparse.Namespace) -> None:
    from dataclasses import asdict  # noqa: PLC0415 - on its road only

    parts, _ = _stack(options)
    for entry in parts.history.entries_of(options.account):
        _say(json.dumps(asdict(entry), default=str, sort_keys=True))


def _replay(options: argparse.Namespace) -> None:
    from guichet.adapters.aws.commands import move_messages  # noqa: PLC0415 - on its road only

    _, outputs = _stack(options)
    unknown = set(options.queue) - set(_DEAD_LETTERS)
    if unknown:
        raise Refusal("queue_unknown", f"Queues are {', '.join(_DEAD_LETTERS)}.")
    for name in options.queue or _DEAD_LETTERS:
        dead, alive = _DEAD_LETTERS[name]
        _say(f"{name}: {move_messages(outputs[dead], outputs[alive])} moved")


def _config(options: argparse.Namespace) -> int:
    """Compile config/registration.toml into the package, or say whether that is current."""
    source, target = Path("config/registration.toml"), _compiled()
    text = compile_registration(source)
    if not options.check:
        target.write_text(text)
        return 0
    if target.read_text() == text:
        return 0
    _say(f"{target} is not current: run `guichet config`")
    return 1


def _compiled() -> Path:
    return Path(__file__).parent / "data" / COMPILED


def _stack(options: argparse.Namespace) -> tuple[Container, dict[str, str]]:
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


def _operator() -> Actor:
    return Actor(ActorKind.OPERATOR, operator_name(), "command line")


def _say(line: str) -> None:
    print(line)  # noqa: T201 - a command prints
