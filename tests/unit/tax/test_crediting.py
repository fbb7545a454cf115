"""MON-3: credit notes give back, gross, exactly what the invoice charged, however it is cut."""

from __future__ import annotations

from decimal import Decimal

import pytest

from guichet.tax.crediting import TaxedLine, gross_of_credits

TWENTY = (Decimal(20),)
QUEBEC = (Decimal(5), Decimal("9.975"))


@pytest.mark.parametrize(
    ("lines", "credits_", "gross"),
    [
        pytest.param(
            [TaxedLine(6833, "20", TWENTY)] * 2,
            [(0, 6833), (1, 6833)],
            [8200, 8199],
            id="two lines of one group",
        ),
        pytest.param(
            [TaxedLine(33, "10", (Decimal(10),))] * 3,
            [(0, 33), (1, 33), (2, 33)],
            [36, 37, 36],
            id="a cent that moves",
        ),
        pytest.param(
            [TaxedLine(10_000, "QC", QUEBEC)],
            [(0, 5_000), (0, 5_000)],
            [5_749, 5_749],
            id="two taxes on one price",
        ),
        pytest.param(
            [TaxedLine(5, "a", TWENTY), TaxedLine(5, "b", (Decimal(0),))],
            [(1, 5), (0, 5)],
            [5, 6],
            id="groups apart",
        ),
    ],
)
def test_each_credit_is_the_difference_of_running_totals_mon_3(
    lines: list[TaxedLine], credits_: list[tuple[int, int]], gross: list[int]
) -> None:
    assert gross_of_credits(lines, credits_) == gross


@pytest.mark.parametrize(
    "credits_",
    [
        pytest.param([(0, 101)], id="more than the line"),
        pytest.param([(0, 60), (0, 41)], id="more than is left"),
        pytest.param([(0, 0)], id="nothing"),
        pytest.param([(0, -1)], id="less than nothing"),
    ],
)
def test_no_more_goes_back_than_is_left_mon_3(credits_: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match="what is left"):
        gross_of_credits([TaxedLine(100, "20", TWENTY)], credits_)
