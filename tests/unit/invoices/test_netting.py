"""INV-11: a total is never below 0, and nothing is lost between the invoice and its credit notes."""

from __future__ import annotations

from collections import Counter
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.catalogue.catalogue import TaxClass
from guichet.tax.deciding import Bearing, Borne
from guichet.tax.netting import Netted, Part, netted, total_minor
from guichet.tax.places import Category


def tax(name: str, percent: str) -> Bearing:
    return Bearing(name, percent, Category.STANDARD, TaxClass.STANDARD, "XX", "")


BORNE: Final = (
    (),
    (tax("VAT", "20"),),
    (tax("VAT", "5.5"),),
    (tax("GST", "5"), tax("QST", "9.975")),
    (tax("VAT", "0"),),
)
NETS: Final = st.one_of(st.integers(-30, 30), st.integers(-100_000, 100_000))
LINES: Final = st.lists(st.builds(Borne, NETS, st.sampled_from(BORNE)), max_size=10)
OF_ONE_RATE: Final = st.lists(st.builds(Borne, NETS, st.just(BORNE[1])), max_size=10)
FIRST: Final = st.frozensets(st.integers(0, 9))


@settings(deadline=None)  # the machine may be busy
@given(LINES, FIRST)
def test_the_invoice_is_never_below_0_inv_11(lines: list[Borne], first: frozenset[int]) -> None:
    assert total_minor(lines, netted(lines, first).invoice) >= 0


@settings(deadline=None)  # the machine may be busy
@given(LINES, FIRST)
def test_invoice_less_notes_is_each_line_to_the_cent_inv_11(
    lines: list[Borne], first: frozenset[int]
) -> None:
    found = netted(lines, first)

    left = Counter({place: line.net_minor for place, line in enumerate(lines)})
    for part in found.invoice:
        left[part.place] -= part.net_minor
    for part in found.notes:
        assert part.net_minor > 0 or not found.invoice
        left[part.place] += part.net_minor
    assert set(left.values()) <= {0}
    for parts in (found.invoice, found.notes):
        assert len({part.place for part in parts}) == len(parts), "once on a document"


@settings(deadline=None)  # the machine may be busy
@given(LINES)
def test_what_comes_to_0_or_more_stands_whole_on_the_invoice_inv_11(lines: list[Borne]) -> None:
    whole = Netted(tuple(Part(place, line.net_minor) for place, line in enumerate(lines)), ())

    assert (netted(lines) == whole) == (total_minor(lines, whole.invoice) >= 0)


@settings(deadline=None)  # the machine may be busy
@given(LINES)
def test_every_charge_stands_on_the_invoice_if_there_is_one_inv_11(lines: list[Borne]) -> None:
    found = netted(lines)

    charges = [(p, line.net_minor) for p, line in enumerate(lines) if line.net_minor > 0]
    on_invoice = [(part.place, part.net_minor) for part in found.invoice if part.net_minor > 0]
    assert on_invoice == charges


@settings(deadline=None)  # the machine may be busy
@given(OF_ONE_RATE)
def test_of_one_rate_only_one_line_is_split_inv_11(lines: list[Borne]) -> None:
    found = netted(lines)

    split = {part.place for part in found.invoice} & {part.place for part in found.notes}
    assert len(split) <= 1


@settings(deadline=None)  # the machine may be busy
@given(OF_ONE_RATE)
def test_no_credit_is_left_that_a_cent_of_would_fit_inv_11(lines: list[Borne]) -> None:
    found = netted(lines)

    if found.invoice and found.notes:
        assert total_minor(lines, found.invoice) <= 1


@settings(deadline=None)  # the machine may be busy
@given(OF_ONE_RATE, FIRST)
def test_what_no_note_can_have_counts_before_all_else_inv_11(
    lines: list[Borne], first: frozenset[int]
) -> None:
    found = netted(lines, first)

    if found.invoice and any(part.place in first for part in found.notes):
        taken = {part.place for part in found.invoice if part.net_minor < 0}
        assert taken <= first


def test_the_rules_own_example_inv_11() -> None:
    lines = [Borne(4_000, BORNE[1]), Borne(-1_900, BORNE[1]), Borne(-3_000, BORNE[1])]

    found = netted(lines)

    assert [(part.place, part.net_minor) for part in found.invoice] == [
        (0, 4_000),
        (1, -1_900),
        (2, -2_100),
    ]
    assert [(part.place, part.net_minor) for part in found.notes] == [(2, 900)]
    assert total_minor(lines, found.invoice) == 0


def test_only_credits_make_no_invoice_inv_11() -> None:
    found = netted([Borne(-10, BORNE[1]), Borne(0, BORNE[1]), Borne(-5, ())])

    assert isinstance(found, Netted)
    assert found.invoice == ()
    assert [(part.place, part.net_minor) for part in found.notes] == [(0, 10), (2, 5)]
