"""Readings of the journal: all entries of an account, and the story of one registration (ACC-3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from guichet.adapters.dynamo import items, journal_items, keys
from guichet.adapters.dynamo.seam import TRANSACTION_LIMIT, Dynamo, Item, Key
from guichet.events import ActorKind
from guichet.ledger.journal import JournalEntry
from guichet.payments.dispute import Dispute
from guichet.payments.payment import Payment
from guichet.payments.refund import Refund
from guichet.registration.provider_event import ProviderEvent
from guichet.registration.registration import Registration
from guichet.registration.story import Happening, MailStanding

_WEBHOOK: Final = "webhook:"  # how an entry's actor names the event that moved it


class History:
    """What has happened, as it was written; nothing here decides anything."""

    def __init__(self, dynamo: Dynamo) -> None:
        self._dynamo = dynamo

    def entries_of(self, account_id: str) -> Iterator[JournalEntry]:
        """All journal entries of an account in the order of their time.

        The index nominates, and may miss what was written in the last moments; each entry is read
        by its key.
        """
        start: Item | None = None
        while True:
            page = self._dynamo.query(
                "journal", account_id, index="account", limit=TRANSACTION_LIMIT, start=start
            )
            yield from self._entries(page.items)
            start = page.next_start
            if start is None:
                return

    def _entries(self, nominated: list[Item]) -> Iterator[JournalEntry]:
        if not nominated:
            return
        found = self._dynamo.transact_get(
            [("journal", Key(str(item["pk"]), str(item["sk"]))) for item in nominated]
        )
        for item in found:
            if item is None:
                raise LookupError("the index names a journal entry that is not there")
            yield journal_items.journal_entry(item)

    def behind(self, effect_id: str) -> JournalEntry:
        """The entry of the change that made an effect's mails necessary."""
        item = self._dynamo.get("journal", keys.behind_effect(effect_id))
        if item is None:
            raise LookupError("an effect without the entry that was written with it")
        return journal_items.journal_entry(item)

    def story(self, registration_id: str) -> list[Happening]:
        """Everything known about one registration, oldest first: nothing for an unknown one.

        Its own journal, those of its payments, their refunds and disputes, the provider's events that moved
        one of them, and of each mail whether it still waits.
        """
        own = self._journal(items.named(Registration, registration_id))
        payment_ids = _named_in(own, "open_payment_id", "paid_payment_id")
        payments = [
            entry
            for payment_id in payment_ids
            for entry in self._journal(items.named(Payment, payment_id))
        ]
        returned = [
            entry
            for payment_id in payment_ids
            for name in self._beside(payment_id)
            for entry in self._journal(name)
        ]
        moved = [*own, *payments, *returned]
        events = [entry for name in _events_behind(moved) for entry in self._journal(name)]
        ordered = sorted(
            [*moved, *events],
            key=lambda each: (each.at, _rank(each), each.aggregate, each.sequence),
        )
        return [Happening(each, self._mails(each)) for each in ordered]

    def _beside(self, payment_id: str) -> list[str]:
        """The refunds and disputes of a payment, as the journal names them."""
        page = self._dynamo.query("state", keys.payment(payment_id).pk)
        kinds = {"REFUND": Refund, "DISPUTE": Dispute}
        found = [str(item["sk"]).partition("#") for item in page.items]
        return [items.named(kinds[kind], each) for kind, _, each in found if kind in kinds and each]

    def _journal(self, aggregate: str) -> list[JournalEntry]:
        found: list[JournalEntry] = []
        start: Item | None = None
        while True:
            page = self._dynamo.query("journal", keys.journal_of(aggregate), start=start)
            found.extend(journal_items.journal_entry(item) for item in page.items)
            start = page.next_start
            if start is None:
                return found

    def _mails(self, entry: JournalEntry) -> tuple[MailStanding, ...]:
        if not entry.mails:
            return ()
        effect = self._dynamo.get("state", keys.effect(entry.aggregate, entry.sequence))
        left = effect["mails"] if effect is not None else []
        waiting = left if isinstance(left, list) else []
        return tuple(MailStanding(kind, pending=kind in waiting) for kind in entry.mails)


def _named_in(entries: list[JournalEntry], *fields: str) -> list[str]:
    """The ids that these fields ever held, each once, in the order of their first mention."""
    held = (entry.after.get(field) for entry in entries for field in fields)
    return list(dict.fromkeys(each for each in held if isinstance(each, str)))


def _events_behind(entries: list[JournalEntry]) -> list[str]:
    """Journals of the provider's events that caused one of these entries."""
    return list(
        dict.fromkeys(
            items.named(ProviderEvent, f"{entry.actor.id}-{entry.actor.source[len(_WEBHOOK) :]}")
            for entry in entries
            if entry.actor.kind is ActorKind.PROVIDER and entry.actor.source.startswith(_WEBHOOK)
        )
    )


def _rank(entry: JournalEntry) -> int:
    """Within one write: what came in, then the money, then what it means to the registration."""
    kinds = ("provider_event", "payment", "dispute", "refund", "registration")
    return kinds.index(entry.aggregate.partition("/")[0])
