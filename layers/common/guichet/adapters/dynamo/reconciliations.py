"""Runs of reconciliation on the state table, and our own side of what they compare (EXT-3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from guichet.adapters.dynamo import items, journal_items, keys
from guichet.adapters.dynamo.codec import decode, encode_fields, encode_time
from guichet.adapters.dynamo.listing import Lists
from guichet.adapters.dynamo.seam import (
    TRANSACTION_LIMIT,
    Absent,
    ConditionFailedError,
    Dynamo,
    Equals,
    Item,
    Key,
    Plain,
    Put,
)
from guichet.errors import ConcurrentUpdateError
from guichet.events import Event
from guichet.ledger.journal import Cause
from guichet.payments.account import PaymentAccount
from guichet.payments.payment import Payment
from guichet.payments.reconciliation import ReconciliationRun, RunKind
from guichet.registration.ports import Slice
from guichet.registration.reconciliation_ports import Touched


class Reconciliations(Lists):
    """`ReconciliationRecords` on `Dynamo`."""

    def __init__(self, dynamo: Dynamo) -> None:
        super().__init__(dynamo)
        self._dynamo = dynamo

    def payment_accounts(self, *, limit: int, after: str | None) -> Slice[PaymentAccount]:
        return self._slice(
            PaymentAccount, keys.PAYMENT_ACCOUNTS, limit=limit, after=after, index="listing"
        )

    def latest_run(self, account_id: str, provider: str, kind: RunKind) -> ReconciliationRun | None:
        partition, prefix = keys.reconciliations(account_id), f"{provider}#{kind}#"
        page = self._dynamo.query("state", partition, prefix=prefix, limit=1, forward=False)
        return decode(ReconciliationRun, page.items[0]) if page.items else None

    def runs_of(
        self, account_id: str, *, limit: int, after: str | None
    ) -> Slice[ReconciliationRun]:
        return self._slice(
            ReconciliationRun,
            keys.listed_reconciliations(account_id),
            limit=limit,
            after=after,
            index="listing",
            forward=False,
        )

    def save_run(
        self,
        cause: Cause,
        before: ReconciliationRun | None,
        after: ReconciliationRun,
        events: Sequence[Event],
    ) -> None:
        guard = Absent() if before is None else Equals("version", before.version)
        try:
            self._dynamo.transact_write(
                [
                    Put("state", _run_item(after), guard),
                    Put("journal", _journal_item(cause, before, after, events), Absent()),
                ]
            )
        except ConditionFailedError as error:
            raise ConcurrentUpdateError("somebody else goes on with this run") from error

    def known_events(self, provider: str, event_ids: Sequence[str]) -> frozenset[str]:
        found: set[str] = set()
        for start in range(0, len(event_ids), TRANSACTION_LIMIT):
            names = list(dict.fromkeys(event_ids[start : start + TRANSACTION_LIMIT]))
            inbox = self._dynamo.transact_get(
                [("state", keys.provider_event(provider, each)) for each in names]
            )
            found.update(name for name, item in zip(names, inbox, strict=True) if item is not None)
        return frozenset(found)

    def payments(self, payment_ids: Sequence[str]) -> list[Payment]:
        if not payment_ids:
            return []
        found = self._dynamo.transact_get([("state", keys.payment(each)) for each in payment_ids])
        return [decode(Payment, each) for each in found if each is not None]

    def touched(
        self, account_id: str, since: datetime, until: datetime, *, limit: int, after: str | None
    ) -> Touched:
        start: Item = {"account_id": account_id, **_place(after, since)}
        page = self._dynamo.query(
            "journal",
            account_id,
            index="account",
            at_most=encode_time(until),
            limit=limit,
            start=start,
        )
        names = list(dict.fromkeys(keys.aggregate_of(str(each["pk"])) for each in page.items))
        return Touched(
            payment_ids=tuple(_of_kind(names, "payment")),
            refunds=self._with_payments(_of_kind(names, "refund"), "refund"),
            disputes=self._with_payments(_of_kind(names, "dispute"), "dispute"),
            after=None if page.next_start is None else _after(page.next_start),
        )

    def _with_payments(self, ids: Sequence[str], kind: str) -> tuple[tuple[str, str], ...]:
        """The first entry of each says whose it is."""
        found: list[tuple[str, str]] = []
        for start in range(0, len(ids), TRANSACTION_LIMIT):
            names = ids[start : start + TRANSACTION_LIMIT]
            firsts = self._dynamo.transact_get(
                [("journal", keys.journal(f"{kind}/{each}", 1)) for each in names]
            )
            for name, item in zip(names, firsts, strict=True):
                if item is None:
                    raise LookupError("the index names a journal that has no beginning")
                entry = journal_items.journal_entry(item)
                found.append((str(entry.after["payment_id"]), name))
        return tuple(found)


def _of_kind(names: Sequence[str], kind: str) -> list[str]:
    return [each.removeprefix(f"{kind}/") for each in names if each.startswith(f"{kind}/")]


def _place(after: str | None, since: datetime) -> Item:
    """Where the index goes on: a moment lies before all that happened in it."""
    if after is None:
        return {"at_id": encode_time(since), "pk": keys.journal_of("-"), "sk": "-"}
    at_id, pk, sk = after.split("|")
    return {"at_id": at_id, "pk": pk, "sk": sk}


def _after(start: Item) -> str:
    return f"{start['at_id']}|{start['pk']}|{start['sk']}"


def _run_item(run: ReconciliationRun) -> Item:
    key = Key(keys.reconciliations(run.account_id), f"{run.provider}#{run.kind}#{run.request}")
    return {
        **items.stored(key, encode_fields(run)),
        "list_key": keys.listed_reconciliations(run.account_id),
        "list_sort": f"{encode_time(run.started_at)}#{run.run_id}",
    }


def _journal_item(
    cause: Cause,
    before: ReconciliationRun | None,
    after: ReconciliationRun,
    events: Sequence[Event],
) -> Item:
    """Findings stay with the run and its report; the journal keeps how many there were."""
    told: list[Plain] = [{"name": each.name, "facts": dict(each.facts)} for each in events]
    return journal_items.journal_entry_item(
        aggregate=f"reconciliation/{after.run_id}",
        sequence=after.version,
        account_id=after.account_id,
        cause=cause,
        rest={
            "before": {} if before is None else _standing(before),
            "after": _standing(after),
            "events": told,
        },
    )


def _standing(run: ReconciliationRun) -> Item:
    return {
        "provider": run.provider,
        "status": str(run.status),
        "since": encode_time(run.since),
        "until": encode_time(run.until),
        "step": run.step,
        "pages": run.pages,
        "found": run.found,
        "counts": encode_fields(run.counts),
    }
