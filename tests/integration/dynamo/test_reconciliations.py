"""Runs, and our own side by the journal's index, on every store that keeps the contract (EXT-3)."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from guichet.adapters.dynamo.reconciliations import Reconciliations
from guichet.adapters.dynamo.seam import Dynamo
from guichet.adapters.dynamo.store import Store
from guichet.errors import ConcurrentUpdateError
from guichet.events import Actor, ActorKind, Event
from guichet.ledger.journal import Cause, Change
from guichet.payments.reconciliation import (
    Counts,
    Finding,
    FindingCode,
    ReconciliationRun,
    RunKind,
)
from guichet.registration.ports import RefundCounted
from guichet.registration.provider_event import ProviderEvent
from tests.support import samples

AT = samples.NOW
ACTOR = Actor(ActorKind.SYSTEM, "reconcile", "schedule")


@pytest.fixture
def account_id() -> str:
    return f"acc_{uuid.uuid4().hex[:12]}"


def cause(at: datetime) -> Cause:
    return Cause(ACTOR, "reconcile", at)


def run(account_id: str, request: str = "2026-11-22", **changed: object) -> ReconciliationRun:
    made = ReconciliationRun(
        run_id=f"rcn_{account_id}_{request}",
        account_id=account_id,
        provider="stripe",
        kind=RunKind.DAILY,
        request=request,
        payees=("acct_1",),
        linked="acct_1",
        since=AT - timedelta(days=1),
        until=AT,
        started_at=AT + timedelta(days=int(request[-1])),
        version=1,
    )
    return replace(made, **changed)  # type: ignore[arg-type]  # fields of many types


def test_a_run_is_read_back_as_it_was_kept_ext_3(store: Dynamo, account_id: str) -> None:
    kept = Reconciliations(store)
    found = Finding(FindingCode.FEE_DIFFERS, "acct_1", "ch_1", "USD 2.28", "USD 2.29", "pay_1")
    first = run(account_id, counts=Counts(captures=3), findings=(found,), found=1, after="ch_9")
    kept.save_run(cause(AT), None, first, [Event("reconciliation.went_on")])

    done = replace(first.finished(AT), version=2)
    kept.save_run(cause(AT), first, done, [Event("reconciliation.finished")])

    assert kept.latest_run(account_id, "stripe", RunKind.DAILY) == done
    assert kept.latest_run(account_id, "stripe", RunKind.BY_HAND) is None
    assert kept.latest_run(account_id, "paypal", RunKind.DAILY) is None


def test_who_read_an_older_run_writes_nothing_ext_3(store: Dynamo, account_id: str) -> None:
    kept = Reconciliations(store)
    first = run(account_id)
    kept.save_run(cause(AT), None, first, [])
    kept.save_run(cause(AT), first, replace(first, step=1, version=2), [])

    with pytest.raises(ConcurrentUpdateError):
        kept.save_run(cause(AT), first, replace(first, step=2, version=2), [])
    with pytest.raises(ConcurrentUpdateError):
        kept.save_run(cause(AT), None, run(account_id), [])

    latest = kept.latest_run(account_id, "stripe", RunKind.DAILY)
    assert latest is not None
    assert latest.step == 1


def test_runs_are_listed_newest_first_page_by_page_ext_3(store: Dynamo, account_id: str) -> None:
    kept = Reconciliations(store)
    for day in ("2026-11-21", "2026-11-22", "2026-11-23"):
        kept.save_run(cause(AT), None, run(account_id, day), [])

    first = kept.runs_of(account_id, limit=2, after=None)
    rest = kept.runs_of(account_id, limit=2, after=first.after)

    listed = [each.request for each in (*first.items, *rest.items)]
    assert listed == ["2026-11-23", "2026-11-22", "2026-11-21"]
    latest = kept.latest_run(account_id, "stripe", RunKind.DAILY)
    assert latest is not None
    assert latest.request == "2026-11-23"


def test_what_changed_in_a_while_is_nominated_in_pages_ext_3(
    store: Dynamo, account_id: str
) -> None:
    records, kept = Store(store), Reconciliations(store)
    names = [f"pay_{account_id}_{n}" for n in range(5)]
    for n, name in enumerate(names):
        paid = samples.payment(payment_id=name, account_id=account_id)
        records.save(cause(AT + timedelta(hours=n)), [Change(None, paid)])
    refund = samples.refund(
        refund_id=f"ref_{account_id}", payment_id=names[2], account_id=account_id
    )
    records.save(
        cause(AT + timedelta(hours=2)), [Change(None, refund)], [RefundCounted(names[2], 0)]
    )

    pages, after = [], None
    while True:
        page = kept.touched(
            account_id, AT + timedelta(hours=1), AT + timedelta(hours=4), limit=2, after=after
        )
        pages.append(page)
        after = page.after
        if after is None:
            break

    assert [each for page in pages for each in page.payment_ids] == names[1:4]
    assert [each for page in pages for each in page.refunds] == [(names[2], refund.refund_id)]
    assert len(pages) >= 2
    read = kept.payments([*names, "pay_nobodys"])
    assert [each.payment_id for each in read] == names


def test_events_that_were_received_are_known_ext_3(store: Dynamo) -> None:
    name = f"evt_{uuid.uuid4().hex}"
    event = ProviderEvent("stripe", name, "charge.refunded", "acct_1", "{}", AT)
    Store(store).receive(cause(AT), event)

    known = Reconciliations(store).known_events("stripe", [name, f"{name}x", name])

    assert known == {name}
