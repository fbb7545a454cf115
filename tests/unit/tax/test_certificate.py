"""TAX-4: a certificate's life, over all pairs, and what the tables see of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import pytest

from guichet.errors import Conflict, Invalid
from guichet.tax.certificate import (
    CertificateFile,
    CertificateStatus,
    ExemptionCertificate,
    sound_certificate,
)
from guichet.tax.subject import Exemption

S = CertificateStatus
FROM, UNTIL = date(2026, 1, 1), date(2026, 12, 31)
CERTIFICATE = ExemptionCertificate(
    certificate_id="crt_1",
    account_id="acc_1",
    country="US",
    region="AL",
    valid_from=FROM,
    valid_until=UNTIL,
    reason="Resale, certificate 1",
    file=CertificateFile("fil_1", "application/pdf", 20_000, "0" * 64),
    submitted_at=datetime(2026, 2, 1, tzinfo=UTC),
)
# As the rule writes it down; the code's own table is compared, never read.
TAX_4 = {
    S.SUBMITTED: {S.APPROVED, S.REFUSED, S.EXPIRED},
    S.APPROVED: {S.REFUSED, S.EXPIRED},
    S.REFUSED: set(),
    S.EXPIRED: set(),
}
MOVES: dict[S, Callable[[ExemptionCertificate], ExemptionCertificate]] = {
    S.APPROVED: lambda each: each.approve("rep_1", date(2026, 3, 1)),
    S.REFUSED: lambda each: each.refuse("rep_1", "It is of another company."),
    S.EXPIRED: lambda each: each.expire(date(2027, 1, 1)),
}


@pytest.mark.parametrize(("before", "after"), [*product(S, MOVES)])
def test_only_moves_of_the_table_happen_tax_4(before: S, after: S) -> None:
    held = replace(CERTIFICATE, status=before)

    if after in TAX_4[before]:
        assert MOVES[after](held).status is after
    else:
        with pytest.raises(Conflict) as refused:
            MOVES[after](held)
        assert refused.value.code == f"certificate_{before.value}"


def test_it_counts_from_its_approval_on_tax_4() -> None:
    approved = CERTIFICATE.approve("rep_1", date(2026, 3, 1))

    assert CERTIFICATE.exemption is None
    assert approved.exemption == Exemption(
        "US", "AL", date(2026, 3, 1), UNTIL, "Resale, certificate 1"
    )
    assert approved.judged_by == "rep_1"


def test_approved_early_it_counts_from_its_own_first_day_tax_4() -> None:
    approved = CERTIFICATE.approve("rep_1", date(2025, 12, 1))

    assert approved.exemption is not None
    assert approved.exemption.valid_from == FROM


def test_expired_it_still_explains_what_was_billed_in_its_days_tax_4() -> None:
    expired = CERTIFICATE.approve("rep_1", FROM).expire(date(2027, 1, 1))

    assert expired.exemption is not None
    assert not expired.exemption.covers("US", "AL", date(2027, 1, 1))
    assert expired.exemption.covers("US", "AL", UNTIL)


def test_refused_or_never_approved_it_exempts_from_nothing_tax_4() -> None:
    refused = CERTIFICATE.approve("rep_1", FROM).refuse("rep_1", "Found to be forged.")
    ran_out = CERTIFICATE.expire(date(2027, 1, 1))

    assert refused.exemption is None
    assert refused.explanation == "Found to be forged."
    assert ran_out.exemption is None


@pytest.mark.parametrize(
    ("move", "code"),
    [
        pytest.param(
            lambda each: each.approve("rep_1", date(2027, 1, 1)),
            "certificate_over",
            id="approved after its last day",
        ),
        pytest.param(
            lambda each: each.expire(UNTIL), "certificate_in_force", id="expired on its last day"
        ),
    ],
)
def test_its_days_decide_tax_4(
    move: Callable[[ExemptionCertificate], ExemptionCertificate], code: str
) -> None:
    with pytest.raises(Conflict) as refused:
        move(CERTIFICATE)

    assert refused.value.code == code


def test_a_refusal_says_why_tax_4() -> None:
    with pytest.raises(Invalid) as refused:
        CERTIFICATE.refuse("rep_1", "  ")

    assert refused.value.code == "required"


@pytest.mark.parametrize(
    ("changed", "code", "pointer"),
    [
        pytest.param({"region": ""}, "region_required", "/region", id="no state"),
        pytest.param({"region": "QC"}, "region_unknown", "/region", id="no state of that country"),
        pytest.param(
            {"country": "FR", "region": "75"}, "region_unknown", "/region", id="no states there"
        ),
        pytest.param(
            {"valid_until": date(2025, 12, 31)}, "dates_reversed", "/valid_until", id="reversed"
        ),
        pytest.param(
            {"valid_from": date(2025, 1, 1), "valid_until": date(2026, 1, 31)},
            "certificate_over",
            "/valid_until",
            id="run out",
        ),
        pytest.param({"reason": " "}, "required", "/reason", id="no reason"),
    ],
)
def test_what_can_not_be_right_is_refused_when_it_is_submitted_tax_4(
    changed: dict[str, Any], code: str, pointer: str
) -> None:
    with pytest.raises(Invalid) as refused:
        sound_certificate(replace(CERTIFICATE, **changed), date(2026, 2, 1))

    assert refused.value.code == code
    assert [each.pointer for each in refused.value.errors] == [pointer]


def test_a_sound_one_is_taken_with_nothing_around_its_reason_tax_4() -> None:
    typed = replace(CERTIFICATE, reason="  Resale, certificate 1 ")

    assert sound_certificate(typed, date(2026, 2, 1)) == CERTIFICATE
