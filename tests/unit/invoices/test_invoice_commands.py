"""INV-1, INV-3, ACC-3: `guichet invoices …` as the operator's staff types it, and what it leaves behind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from guichet.cli import invoicing, main
from guichet.ledger.journal import Change
from guichet.subscriptions.ports import Aggregate
from tests.support.billing import Billing
from tests.support.correcting import (
    FIRST_OF_DECEMBER,
    invoices_of,
    open_invoice,
    order_lines,
    records,
    work,
    work_queue,
)
from tests.support.unchanged import nothing_written


@pytest.fixture
def billing(monkeypatch: pytest.MonkeyPatch) -> Billing:
    """The stack that the commands work on."""
    made = Billing(flat_tax=True)

    def the_stack(options: Any) -> tuple[Any, dict[str, str]]:  # noqa: ANN401 - argparse's
        del options
        return made.world.parts, {}

    monkeypatch.setattr(invoicing, "the_stack", the_stack)
    return made


def parked(billing: Billing) -> None:
    before = billing.balance()
    after = replace(before, parked="billing_address_missing", version=before.version + 1)
    change = Change[Aggregate](before, after, book="us")
    billing.parts().records.save(billing.world.cause("seed"), [change])


def on_the_first(billing: Billing) -> None:
    order_lines(billing, 3)
    billing.world.clock.at = FIRST_OF_DECEMBER
    billing.world.relay()
    billing.world.upkeep()


def test_what_is_released_is_invoiced_and_the_audit_says_who_inv_1_acc_3(
    billing: Billing, capsys: pytest.CaptureFixture[str]
) -> None:
    on_the_first(billing)
    parked(billing)

    status = main(["invoices", "release", billing.account_id, "us", "USD"])

    (entry,) = [each for each in billing.world.journal() if each.use_case == "release_account"]
    assert (status, entry.account_id) == (0, billing.account_id)
    assert (entry.actor.kind, entry.actor.source) == ("operator", "command line")
    assert [each.name for each in entry.events] == ["invoice.released"]
    assert "1 bills of acc_atelier wait" in capsys.readouterr().out
    work(billing.world)
    assert len(invoices_of(billing)) == 1


def test_what_is_not_parked_is_refused_and_nothing_written_inv_1(
    billing: Billing, capsys: pytest.CaptureFixture[str]
) -> None:
    open_invoice(billing)

    with nothing_written(billing.world.dynamo):
        status = main(["invoices", "release", billing.account_id, "us", "USD"])

    assert status == 1
    assert capsys.readouterr().err.startswith("not_parked: ")


def test_a_dry_run_tells_and_writes_nothing_inv_1(
    billing: Billing, capsys: pytest.CaptureFixture[str]
) -> None:
    on_the_first(billing)

    with nothing_written(billing.world.dynamo):
        status = main(["invoices", "run", "--dry-run"])

    work(billing.world)
    (made,) = invoices_of(billing)
    assert status == 0
    assert capsys.readouterr().out.splitlines() == [
        "acc_atelier us USD balance: 1",
        f"  US-I-000001 of 2026-12-01: {made.total}, open {made.total}",
    ]


def test_a_run_is_asked_for_in_the_operator_s_name_inv_1(
    billing: Billing, capsys: pytest.CaptureFixture[str]
) -> None:
    on_the_first(billing)

    first = main(["invoices", "run"])
    second = main(["invoices", "run"])
    work_queue(billing.world)

    said = capsys.readouterr()
    run_id = said.out.split()[0]
    run = records(billing).records.run(run_id)
    assert (first, second) == (0, 1)
    assert said.err.startswith("invoice_run_in_progress: ")
    assert run is not None
    assert (run.status, run.planned) == ("finished", 1)
    assert len(invoices_of(billing)) == 1


def test_gaps_are_looked_for_in_every_series_that_has_begun_inv_3(
    billing: Billing, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["invoices", "gaps"]) == 0
    assert not capsys.readouterr().out
    open_invoice(billing)

    assert main(["invoices", "gaps"]) == 0

    assert capsys.readouterr().out == "US-I: last number US-I-000001, 2026-12-01\n"
