"""INV-5, INV-7, INV-11, COL-7: what may become of an invoice, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.errors import Conflict
from guichet.invoices.document import DocumentKind
from guichet.invoices.invoice import Invoice
from guichet.invoices.invoice import InvoiceStatus as S
from guichet.invoices.run import InvoiceRun, RunStatus

AT: Final = datetime(2026, 6, 1, 9, tzinfo=UTC)
# As the rule writes them; the code's own table is compared, never read.
INV_5: Final = {
    S.DRAFT: {S.OPEN},
    S.OPEN: {S.PAID, S.VOID, S.UNCOLLECTIBLE},
    S.PAID: {S.OPEN},
    S.VOID: set(),
    S.UNCOLLECTIBLE: {S.PAID},
}


def invoice(**changed: Any) -> Invoice:  # noqa: ANN401 - fields of many types
    made = Invoice(
        invoice_id="inv_1",
        account_id="acc_1",
        selling_entity="ie",
        currency="EUR",
        kind=DocumentKind.INVOICE,
        bill_on=date(2026, 6, 1),
        language="en",
        subtotal_minor=10_000,
        tax_minor=2_000,
        total_minor=12_000,
        issued_on=date(2026, 6, 1),
        due_on=date(2026, 7, 1),
        status=S.OPEN,
    )
    return replace(made, **changed)


@pytest.mark.parametrize(("before", "after"), list(product(S, S)))
def test_an_invoice_moves_only_along_its_table_inv_5(before: S, after: S) -> None:
    found = invoice(status=before)

    if after in INV_5[before]:
        assert found.transition_to(after).status is after
        return
    with pytest.raises(Conflict) as refused:
        found.transition_to(after)
    assert (refused.value.code, refused.value.rule) == (f"invoice_{before}", "INV-5")


@pytest.mark.parametrize(("before", "after"), list(product(RunStatus, RunStatus)))
def test_a_run_moves_forward_or_is_planned_anew_inv_1(before: RunStatus, after: RunStatus) -> None:
    run = InvoiceRun("run_1", "platform", AT, "invoice_run", before)
    order = list(RunStatus)
    is_anew = (before, after) == (RunStatus.WORKING, RunStatus.PLANNING)

    if order.index(after) > order.index(before) or is_anew:
        assert run.transition_to(after).status is after
        return
    with pytest.raises(Conflict) as refused:
        run.transition_to(after)
    assert refused.value.code == f"invoice_run_{before}"


@settings(deadline=None)  # the machine may be busy
@given(st.lists(st.integers(1, 5_000), max_size=8))
def test_total_is_paid_and_credit_and_what_is_open_to_the_last_cent_inv_5(
    parts: list[int],
) -> None:
    found = invoice()

    for place, part in enumerate(parts):
        pay = found.credit_applied if place % 2 else found.collected
        if part > found.open_minor:
            with pytest.raises(ValueError, match=r"once|at most"):
                pay(part)
            continue
        found = pay(part)
        said = found.paid_minor + found.credit_applied_minor + found.offset_minor
        assert said + found.open_minor == found.total_minor
        assert (found.status is S.PAID) == (found.open_minor == 0)
        assert found.is_partially_paid == (found.open_minor > 0)


def test_an_invoice_over_nothing_is_paid_when_it_is_finalized_inv_11() -> None:
    draft = invoice(
        status=S.DRAFT, subtotal_minor=0, tax_minor=0, total_minor=0, due_on=None, issued_on=None
    )

    final = draft.finalized(
        number="IE-I-000001", place=1, issued_on=AT.date(), due_on=AT.date(), at=AT
    )

    assert (final.status, final.open_minor) == (S.PAID, 0)


def test_only_what_nothing_was_paid_on_is_voided_whole_inv_5() -> None:
    over = invoice().voided(12_000)

    assert (over.status, over.open_minor, over.noted_minor) == (S.VOID, 0, 12_000)
    assert over.total_minor == 12_000, "number, lines and sums stay"
    for partly, code in (
        (invoice(paid_minor=1), "invoice_partly_paid"),
        (invoice(credit_applied_minor=1), "invoice_partly_paid"),
        (invoice(noted_minor=1), "invoice_credited"),
        (invoice(open_payment_id="pay_1"), "payment_in_flight"),
        (over, "invoice_void"),
        (invoice(status=S.PAID), "invoice_paid"),
    ):
        with pytest.raises(Conflict) as refused:
            partly.voided(12_000)
        assert refused.value.code == code


def test_what_the_bank_takes_back_is_open_again_and_no_more_than_was_paid_inv_5() -> None:
    paid = invoice().collected(12_000)

    again = paid.reopened(5_000)

    assert (again.status, again.open_minor) == (S.OPEN, 5_000)
    with pytest.raises(ValueError, match="no more"):
        again.reopened(7_001)


def test_what_was_given_up_can_still_be_paid_inv_5() -> None:
    assert invoice(status=S.UNCOLLECTIBLE).collected(12_000).status is S.PAID


def test_what_else_is_said_is_derived_and_may_hold_together_inv_5() -> None:
    found = invoice(paid_minor=1).leased("pay_1")

    assert found.is_processing
    assert found.is_partially_paid
    assert not found.is_past_due(date(2026, 7, 1))
    assert found.is_past_due(date(2026, 7, 2))
    assert not found.unleased().is_processing
    assert not invoice(status=S.PAID).is_past_due(date(2027, 1, 1))


def test_it_can_be_disputed_to_the_end_of_the_15th_day_inv_7() -> None:
    assert invoice(issued_on=date(2026, 3, 1)).disputable_until == date(2026, 3, 16)


def test_a_note_offsets_what_is_open_inv_11() -> None:
    noted = invoice().noted(12_000, 12_000)

    assert (noted.status, noted.noted_minor, noted.offset_minor) == (S.PAID, 12_000, 12_000)
    assert invoice(kind=DocumentKind.CREDIT_NOTE).open_minor == 0
