"""A customer of the operator gets an account."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from guichet.access.membership import Account, AccountKind, Representative
from guichet.access.ports import PeopleRecords
from guichet.clock import Clock
from guichet.errors import invalid_field
from guichet.events import Actor
from guichet.languages import LANGUAGES
from guichet.ledger.journal import Cause

_ID: Final = re.compile(r"acc_[a-z0-9_]{2,40}")  # no `#`: ids stand in keys
_EMAIL: Final = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")


@dataclass(frozen=True, slots=True)
class CreateAccount:
    """What the operator's staff enters."""

    account_id: str
    legal_name: str
    email: str
    tax_note: str
    time_zone: str
    language: str
    actor: Actor
    kind: str = AccountKind.ONLINE
    representative: Representative | None = None


def create_account(command: CreateAccount, *, people: PeopleRecords, clock: Clock) -> Account:
    """Store a new account.

    Raises:
        Invalid: a value that could not be used later.
        Conflict: `account_exists`.
    """
    if not _ID.fullmatch(command.account_id):
        raise invalid_field("/account_id", "id_malformed", "An id is acc_ and a-z, 0-9, _.")
    if not command.legal_name.strip():
        raise invalid_field("/legal_name", "required", "An account has a legal name.")
    if not _EMAIL.fullmatch(command.email):
        raise invalid_field("/email", "email_malformed", "This is no e-mail address.")
    if command.language not in LANGUAGES:
        raise invalid_field("/language", "language_unknown", f"One of {', '.join(LANGUAGES)}.")
    try:
        ZoneInfo(command.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise invalid_field("/time_zone", "time_zone_unknown", "An IANA name.") from error
    _require_sound_kind(command)
    account = Account(
        account_id=command.account_id,
        legal_name=command.legal_name.strip(),
        email=command.email,
        tax_note=command.tax_note,
        time_zone=command.time_zone,
        language=command.language,
        kind=AccountKind(command.kind),
        representative=command.representative,
    )
    people.add_account(Cause(command.actor, "create_account", clock.now()), account)
    return account


def _require_sound_kind(command: CreateAccount) -> None:
    if command.kind not in set(AccountKind):
        raise invalid_field("/kind", "kind_unknown", f"One of {', '.join(AccountKind)}.")
    named = command.representative
    if named is None and command.kind == AccountKind.CORPORATE:
        raise invalid_field(
            "/representative",
            "representative_required",
            "A corporate account has a named representative.",
            rule="ACC-1",
        )
    if named is not None and not (named.name.strip() and _EMAIL.fullmatch(named.email)):
        raise invalid_field(
            "/representative", "representative_malformed", "A name and an e-mail address."
        )
