"""TAX-3: what a number counts as by the register's answers, their age, and its outages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from guichet.tax.subject import VatStanding
from guichet.tax.tables import VatCheckPolicy
from guichet.tax.vat_check import (
    ChargedInvoice,
    VatAnswer,
    VatRecord,
    VatReply,
    looks_again_at,
    to_correct,
)

POLICY = VatCheckPolicy(counts_days=90, corrects_days=30, asks_again_days=30)
NUMBER = "FR61954506077"
DAY = date(2026, 6, 1)
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
YES = VatReply(VatAnswer.VALID, "WAPIAAAA")
NO = VatReply(VatAnswer.INVALID)
SILENCE = VatReply(VatAnswer.UNAVAILABLE, said="MS_UNAVAILABLE")


def record(*answers: tuple[VatReply, int]) -> VatRecord:
    """Answers, each so many days before DAY."""
    held = VatRecord(NUMBER)
    for reply, days in answers:
        held = held.noted(reply, NOON - timedelta(days=days))
    return held


@pytest.mark.parametrize(
    ("held", "standing"),
    [
        pytest.param(record(), "never_answered", id="nobody asked"),
        pytest.param(record((SILENCE, 0)), "never_answered", id="no answer"),
        pytest.param(record((YES, 0)), "valid", id="today"),
        pytest.param(record((YES, 90)), "valid", id="the 90th day"),
        pytest.param(record((YES, 91)), "never_answered", id="the 91st"),
        pytest.param(record((YES, 60), (SILENCE, 0)), "valid", id="an outage blocks nothing"),
        pytest.param(record((YES, 95), (SILENCE, 0)), "never_answered", id="nor does it extend"),
        pytest.param(record((NO, 0)), "invalid", id="no"),
        pytest.param(record((YES, 10), (NO, 1)), "invalid", id="no after yes"),
        pytest.param(record((NO, 10), (YES, 1)), "valid", id="yes after no"),
    ],
)
def test_the_last_positive_answer_counts_for_90_days_tax_3(held: VatRecord, standing: str) -> None:
    assert held.standing_on(DAY, POLICY).value == standing


@pytest.mark.parametrize(
    "number",
    ["GB123456782", "XI123456782", "CHE123456788", "NZ123456789"],
)
def test_a_number_that_no_register_answers_for_counts_as_stated_tax_3(number: str) -> None:
    held = VatRecord(number)

    assert held.standing_on(DAY, POLICY) is VatStanding.STATED
    assert not held.has_to_be_asked(DAY, POLICY)


@pytest.mark.parametrize(
    ("held", "is_due"),
    [
        pytest.param(record(), True, id="never asked"),
        pytest.param(record((SILENCE, 0)), True, id="no answer yet"),
        pytest.param(record((YES, 0)), False, id="answered today"),
        pytest.param(record((YES, 29)), False, id="answered lately"),
        pytest.param(record((YES, 30)), True, id="in time before it runs out"),
        pytest.param(record((NO, 0)), False, id="denied today"),
        pytest.param(record((NO, 1)), True, id="denied yesterday"),
    ],
)
def test_the_register_is_asked_no_more_often_than_it_helps_tax_3(
    held: VatRecord, *, is_due: bool
) -> None:
    assert held.has_to_be_asked(DAY, POLICY) is is_due


def test_an_outage_is_recorded_and_a_positive_answer_keeps_its_proof_tax_3() -> None:
    held = record((YES, 2), (SILENCE, 1))

    assert held.last_unavailable_at == NOON - timedelta(days=1)
    assert held.last_valid_at == NOON - timedelta(days=2)
    assert held.reference == "WAPIAAAA"


def an_invoice(
    days: int,
    *,
    number: str | None = NUMBER,
    standing: VatStanding = VatStanding.NEVER_ANSWERED,
    vat: int = 2000,
) -> ChargedInvoice:
    return ChargedInvoice(f"inv_{days}", DAY - timedelta(days=days), number, standing, vat)


@pytest.mark.parametrize(
    ("invoice", "is_corrected"),
    [
        pytest.param(an_invoice(0), True, id="of today"),
        pytest.param(an_invoice(30), True, id="of 30 days ago"),
        pytest.param(an_invoice(31), False, id="older"),
        pytest.param(an_invoice(1, standing=VatStanding.INVALID), True, id="denied then"),
        pytest.param(an_invoice(1, standing=VatStanding.VALID), False, id="confirmed then"),
        pytest.param(an_invoice(1, vat=0), False, id="no VAT, or given back already"),
        pytest.param(an_invoice(1, number="FR40303265045"), False, id="another number"),
        pytest.param(an_invoice(1, number=None), False, id="no number"),
    ],
)
def test_a_later_positive_answer_corrects_the_last_30_days_tax_3(
    invoice: ChargedInvoice, *, is_corrected: bool
) -> None:
    found = to_correct([invoice], record((YES, 0)), DAY, POLICY)

    assert found == ([invoice.invoice_id] if is_corrected else [])


@pytest.mark.parametrize("held", [record(), record((SILENCE, 0)), record((NO, 0))])
def test_no_other_answer_corrects_anything_tax_3(held: VatRecord) -> None:
    assert to_correct([an_invoice(1)], held, DAY, POLICY) == []


@pytest.mark.parametrize(
    ("days", "is_in_doubt", "is_corrected"),
    [
        pytest.param(-5, True, True, id="in doubt, and issued after the answer"),
        pytest.param(-5, False, False, id="issued after the answer"),
        pytest.param(30, True, True, id="in doubt, of 30 days ago"),
        pytest.param(31, True, False, id="in doubt, and older"),
    ],
)
def test_what_is_in_doubt_may_be_issued_after_the_answer_tax_3(
    days: int, *, is_in_doubt: bool, is_corrected: bool
) -> None:
    invoice = replace(an_invoice(days), is_in_doubt=is_in_doubt)

    found = to_correct([invoice], record((YES, 0)), DAY, POLICY)

    assert found == ([invoice.invoice_id] if is_corrected else [])


@pytest.mark.parametrize(
    ("waited", "pause"),
    [
        pytest.param(timedelta(0), timedelta(minutes=10), id="at once"),
        pytest.param(timedelta(minutes=10), timedelta(minutes=10), id="ten minutes"),
        pytest.param(timedelta(hours=3), timedelta(hours=3), id="as long as it waited"),
        pytest.param(timedelta(days=9), timedelta(days=1), id="a day at most"),
    ],
)
def test_what_waits_is_looked_at_ever_less_often_tax_3(waited: timedelta, pause: timedelta) -> None:
    assert looks_again_at(NOON, NOON + waited) == NOON + waited + pause
