"""Commands about registrations, payments and books: story, resolve, books, audit."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from guichet.cli.stack import Commands, operator, say, the_stack
from guichet.errors import Invalid
from guichet.payments.cart_payment import names_cart_payment
from guichet.payments.own_refund import names_own_refund

if TYPE_CHECKING:
    from guichet.bootstrap import Container


def add_to(commands: Commands) -> None:
    """`story`, `resolve`, `books` and `audit`."""
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


def _resolve_command(commands: Commands) -> None:
    resolve = commands.add_parser("resolve", help="decide about a payment that waits for a person")
    resolve.add_argument("payment")
    resolve.add_argument(
        "decision",
        choices=("accept", "return", "taken", "nothing-taken", "went-back", "credit"),
        help="accept or return: of a mismatched one; taken or nothing-taken: what the provider's pages "
        "show; went-back or credit: of a refund (orf_…) that nobody answers for",
    )
    resolve.add_argument("--capture-id", help="with `taken`: the provider's id of the capture")
    resolve.add_argument(
        "--provider-fee-minor",
        type=int,
        help="with `taken`: what the provider kept, in minor units",
    )
    resolve.set_defaults(command=_resolve)


def _story(options: argparse.Namespace) -> None:
    from guichet.registration.story import lines_of  # noqa: PLC0415 - on its road only

    parts, _ = the_stack(options)
    for line in lines_of(parts.history.story(options.registration)):
        say(line)


def _resolve(options: argparse.Namespace) -> None:
    from guichet.registration.use_cases.resolve_payment import (  # noqa: PLC0415 - on its road only
        Found,
        Resolution,
        ResolvePayment,
        resolve_payment,
    )

    parts, _ = the_stack(options)
    if names_own_refund(options.payment):
        _resolve_own_refund(options, parts)
        return
    if names_cart_payment(options.payment):
        _resolve_cart_payment(options, parts)
        return
    is_found = options.capture_id is not None and options.provider_fee_minor is not None
    found = Found(options.capture_id, options.provider_fee_minor) if is_found else None
    if options.decision in {"went-back", "credit"}:
        raise Invalid("decision_invalid", "`went-back` and `credit` are said of a refund, orf_….")
    command = ResolvePayment(options.payment, Resolution(options.decision), found, operator())
    payment = resolve_payment(command, settling=parts.settling)
    say(f"{payment.payment_id} is {payment.status}")


def _resolve_own_refund(options: argparse.Namespace, parts: Container) -> None:
    from guichet.collection.use_cases.resolve_own_refund import (  # noqa: PLC0415 - on its road only
        ResolveOwnRefund,
        resolve_own_refund,
    )

    if options.decision not in {"went-back", "credit"}:
        raise Invalid("decision_invalid", "Say `went-back` or `credit` of a refund.")
    went_back = options.decision == "went-back"
    command = ResolveOwnRefund(options.payment, went_back, operator())
    refund = resolve_own_refund(command, own_refunding=parts.billing.own_refunding)
    say(f"{refund.refund_id} is {refund.status}")


def _resolve_cart_payment(options: argparse.Namespace, parts: Container) -> None:
    from guichet.subscriptions.use_cases.resolve_cart_payment import (  # noqa: PLC0415 - on its road only
        ResolveCartPayment,
        Taken,
        resolve_cart_payment,
    )

    if options.decision not in {"taken", "nothing-taken"}:
        raise Invalid("decision_invalid", "Say `taken` or `nothing-taken` of an order's payment.")
    taken = None
    if options.decision == "taken":
        if options.capture_id is None or options.provider_fee_minor is None:
            raise Invalid("capture_missing", "Say the capture's id and the provider's fee.")
        taken = Taken(options.capture_id, options.provider_fee_minor)
    command = ResolveCartPayment(options.payment, taken, operator())
    payment = resolve_cart_payment(command, ordering=parts.billing.ordering)
    say(f"{payment.payment_id} is {payment.status}")


def _books(options: argparse.Namespace) -> None:
    from guichet.ledger.export import plain_text_journal  # noqa: PLC0415 - on its road only

    parts, _ = the_stack(options)
    sys.stdout.write(plain_text_journal(parts.history.entries_of(options.account)))


def _audit(options: argparse.Namespace) -> None:
    from dataclasses import asdict  # noqa: PLC0415 - on its road only

    parts, _ = the_stack(options)
    for entry in parts.history.entries_of(options.account):
        say(json.dumps(asdict(entry), default=str, sort_keys=True))
