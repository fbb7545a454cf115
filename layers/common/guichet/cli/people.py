"""Commands about accounts of the operator's customers, their members and their accounts at providers."""

from __future__ import annotations

import argparse

from guichet.cli.stack import Commands, operator, say, the_stack


def add_to(commands: Commands) -> None:
    """`account`, `member`, `representative`, `auditor` and `payment-account`."""
    _account_commands(commands)
    _member_commands(commands)
    _operator_commands(commands)
    _payment_account_commands(commands)


def _account_commands(commands: Commands) -> None:
    account = commands.add_parser("account", help="accounts of the operator's customers")
    create = account.add_subparsers(required=True).add_parser("create")
    create.add_argument("account_id", help="acc_ and a-z, 0-9, _")
    create.add_argument("--legal-name", required=True)
    create.add_argument("--email", required=True)
    create.add_argument("--tax-note", default="")
    create.add_argument("--time-zone", default="UTC")
    create.add_argument("--language", default="en")
    create.add_argument("--kind", default="online", help="online or corporate")
    create.add_argument("--representative", help="name of the account's representative")
    create.add_argument("--representative-email", default="", help="where to reach them")
    create.set_defaults(command=_create_account)


def _member_commands(commands: Commands) -> None:
    member = commands.add_parser("member", help="people with a sign-in on an account")
    add = member.add_subparsers(required=True).add_parser("add")
    add.add_argument("account_id")
    _sign_in_arguments(add)
    add.add_argument("--role", action="append", required=True, dest="roles")
    add.add_argument(
        "--grant", action="append", default=[], dest="grants", help="as subscriptions:manage"
    )
    add.set_defaults(command=_add_member)


def _operator_commands(commands: Commands) -> None:
    for role, meaning in (
        ("representative", "people of the operator who act for customers' accounts"),
        ("auditor", "people of the operator who read customers' accounts"),
    ):
        add = (
            commands.add_parser(role, help=meaning).add_subparsers(required=True).add_parser("add")
        )
        _sign_in_arguments(add)
        add.set_defaults(command=_add_operator_member, role=role)


def _sign_in_arguments(add: argparse.ArgumentParser) -> None:
    add.add_argument("--issuer", required=True, help="of the sign-in, as its tokens say")
    add.add_argument("--subject", required=True, help="of the sign-in, as its tokens say")
    add.add_argument("--email", required=True)
    add.add_argument("--name", required=True)


def _payment_account_commands(commands: Commands) -> None:
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


def _create_account(options: argparse.Namespace) -> None:
    from guichet.access.membership import Representative  # noqa: PLC0415 - on its road only
    from guichet.access.use_cases.create_account import (  # noqa: PLC0415 - on its road only
        CreateAccount,
        create_account,
    )

    parts, _ = the_stack(options)
    fields = ("account_id", "legal_name", "email", "tax_note", "time_zone", "language")
    values = {name: getattr(options, name) for name in (*fields, "kind")}
    named = options.representative
    representative = Representative(named, options.representative_email) if named else None
    account = create_account(
        CreateAccount(**values, actor=operator(), representative=representative),
        people=parts.people,
        clock=parts.clock,
    )
    say(f"created {account.account_id}")


def _add_member(options: argparse.Namespace) -> None:
    from guichet.access.use_cases.add_member import (  # noqa: PLC0415 - on its road only
        AddMember,
        add_member,
    )

    parts, _ = the_stack(options)
    fields = ("account_id", "issuer", "subject", "email", "name")
    values = {name: getattr(options, name) for name in fields}
    member = add_member(
        AddMember(
            **values,
            roles=tuple(options.roles),
            billing=tuple(options.grants),
            actor=operator(),
        ),
        people=parts.people,
        clock=parts.clock,
    )
    say(f"added {member.member_id}")


def _add_operator_member(options: argparse.Namespace) -> None:
    from guichet.access.use_cases.add_operator_member import (  # noqa: PLC0415 - on its road only
        AddOperatorMember,
        add_operator_member,
    )

    parts, _ = the_stack(options)
    values = {name: getattr(options, name) for name in ("issuer", "subject", "email", "name")}
    member = add_operator_member(
        AddOperatorMember(**values, role=options.role, actor=operator()),
        people=parts.people,
        clock=parts.clock,
    )
    say(f"added {member.member_id}")


def _link_payment_account(options: argparse.Namespace) -> None:
    from guichet.payments.use_cases.record_payment_account import (  # noqa: PLC0415 - same
        RecordPaymentAccount,
        record_payment_account,
    )

    parts, _ = the_stack(options)
    fields = ("account_id", "provider", "provider_account_id", "confirmed", "verified")
    values = {name: getattr(options, name) for name in (*fields, "takes_cards")}
    linked = record_payment_account(
        RecordPaymentAccount(**values, actor=operator()), people=parts.people, clock=parts.clock
    )
    usable = "usable" if linked.is_usable else "not usable yet"
    say(f"{linked.provider_account_id} is linked to {linked.account_id} and {usable}")
