"""The journal's items: the one immutable fact of a change, and its reading back. No I/O."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol

from guichet.adapters.dynamo import keys
from guichet.adapters.dynamo.codec import (
    decode,
    encode,
    encode_fields,
    encode_time,
    field_names,
)
from guichet.adapters.dynamo.items import PLATFORM, stored
from guichet.adapters.dynamo.seam import Item, Plain
from guichet.events import Actor, Event
from guichet.ledger.journal import Cause, Change, JournalEntry, Versioned
from guichet.ledger.postings import Posting

if TYPE_CHECKING:
    from guichet.ledger.billable import BillableLine

# Personal data and provider pages stay out of the journal, which nobody can ever erase.
PRIVATE: Final = frozenset({
    "name", "email", "body", "request_body", "fee_request_body", "redirect_url", "note", "explanation",
    "subject", "handled_keys", "representative",
    "company", "vat_number", "billing_address", "shipping_address",
    "contact_name", "contact_email", "cc_emails", "phone", "payment_terms_note",
})  # fmt: skip

# What a provider knows a customer by, and what is shown of a method: they stand in their items.
PROVIDERS_OWN: Final = frozenset({
    "token", "customer_id", "customer_body", "found", "last4", "authorization",
})  # fmt: skip
# They stand in their item and are never changed. Of an order its lines are facts once it is done; what
# an invoice's charges bore is in its content too, which is put once.
KEPT_ELSEWHERE: Final = frozenset({"preview", "own_taxes", "vat_mark"})
# Which messages a run has counted: what they came to is told.
TICKED_OFF: Final = frozenset({"counted_batches"})
UNTOLD: Final = PRIVATE | PROVIDERS_OWN | KEPT_ELSEWHERE | TICKED_OFF

# Most lines are neither credits, parts nor discounted: an entry is written for ever.
_ORDINARY: Final[Item] = {"is_credit": False, "share": "", "discount": None, "of_invoice": ""}


class Owned(Versioned, Protocol):
    """An aggregate of an account."""

    @property
    def account_id(self) -> str: ...


def journal_item[T: Owned](cause: Cause, aggregate: str, change: Change[T]) -> Item:
    """The one immutable fact of a change: who, when, from where, why, before, after, postings, events."""
    before, after = _difference(change)
    return journal_entry_item(
        aggregate=aggregate,
        sequence=change.after.version,
        account_id=change.after.account_id,
        cause=cause,
        rest={
            "before": before,
            "after": after,
            "events": [_event(each) for each in change.events],
            "postings": [_posting(each) for each in change.postings],
            **({"mails": list(change.mails)} if change.mails else {}),
            **({"lines": [_line(each) for each in change.lines]} if change.lines else {}),
            **({"book": change.book} if change.book and (change.postings or change.lines) else {}),
        },
    )


def journal_entry_item(
    *, aggregate: str, sequence: int, account_id: str, cause: Cause, rest: Item
) -> Item:
    key = keys.journal(aggregate, sequence)
    return {
        **stored(key, {}),
        "sequence": sequence,
        "account_id": account_id,
        "at": encode_time(cause.at),
        # Nobody lists what belongs to no organizer: without this the index holds no entry of it.
        **({"at_id": keys.at_id(cause.at, aggregate, sequence)} if account_id != PLATFORM else {}),
        "actor": encode_fields(cause.actor),
        "use_case": cause.use_case,
        **rest,
    }


def _difference[T: Owned](change: Change[T]) -> tuple[Item, Item]:
    """A first entry leaves out what is empty."""
    before, after = change.before, change.after
    names = [name for name in field_names(type(after)) if name not in UNTOLD]
    if before is None:
        made = {name: encode(getattr(after, name)) for name in names}
        return {}, {name: value for name, value in made.items() if value not in (None, [])}
    changed = [name for name in names if getattr(before, name) != getattr(after, name)]
    return (
        {name: encode(getattr(before, name)) for name in changed},
        {name: encode(getattr(after, name)) for name in changed},
    )


def _event(event: Event) -> Plain:
    return {"name": event.name, **({"facts": dict(event.facts)} if event.facts else {})}


def _posting(posting: Posting) -> Plain:
    return {
        "source": str(posting.source),
        "destination": str(posting.destination),
        "amount_minor": posting.amount.amount_minor,
        "currency": posting.amount.currency,
    }


def _line(line: BillableLine) -> Plain:
    fields: Item = encode_fields(line)
    return {name: value for name, value in fields.items() if _ORDINARY.get(name, ...) != value}


def journal_entry(item: Item) -> JournalEntry:
    """A journal item read back."""
    return JournalEntry(
        aggregate=keys.aggregate_of(str(item["pk"])),
        sequence=_int(item["sequence"]),
        account_id=str(item["account_id"]),
        at=datetime.fromisoformat(str(item["at"])),
        actor=decode(Actor, item["actor"]),
        use_case=str(item["use_case"]),
        before=_mapping(item.get("before")),
        after=_mapping(item.get("after")),
        events=tuple(
            Event(str(each["name"]), _facts(each.get("facts")))
            for each in _maps(item.get("events"))
        ),
        postings=tuple(_read_posting(each) for each in _maps(item.get("postings"))),
        mails=_texts(item.get("mails")),
        lines=_read_lines(_maps(item.get("lines"))),
        book=_text(item.get("book")),
    )


def _read_posting(item: Item) -> Posting:
    return decode(
        Posting,
        {
            "source": item["source"],
            "destination": item["destination"],
            "amount": {"amount_minor": item["amount_minor"], "currency": item["currency"]},
        },
    )


def _read_lines(found: list[Item]) -> tuple[BillableLine, ...]:
    if not found:
        return ()
    from guichet.ledger.billable import BillableLine  # noqa: PLC0415 - where something was billed

    return tuple(decode(BillableLine, each) for each in found)


def _int(value: Plain) -> int:
    if type(value) is not int:
        raise TypeError(f"expected a number, found {type(value).__name__}")
    return value


def _mapping(value: Plain) -> Item:
    return value if isinstance(value, dict) else {}


def _maps(value: Plain) -> list[Item]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _texts(value: Plain) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, list) else ()


def _text(value: Plain) -> str | None:
    return None if value is None else str(value)


def _facts(value: Plain) -> dict[str, str | int | None]:
    return {
        name: each
        for name, each in _mapping(value).items()
        if each is None or isinstance(each, str | int)
    }
