"""Every mistake in the catalogue is told with its line, a stable code and its rule (SUB-1)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.adapters.catalogue.compiling import CatalogueMistakesError, compile_catalogue
from guichet.adapters.catalogue.mistakes import Mistake
from guichet.adapters.catalogue.yaml_tree import MOST_BYTES
from guichet.catalogue.catalogue import Retention
from guichet.catalogue.loading import CompiledCatalogues
from tests.support.catalogue_text import SECOND, SMALL

BOTH = SMALL + SECOND


def made_wrong() -> Iterator[object]:
    for row in Path(__file__).with_name("mistakes.txt").read_text(encoding="utf-8").splitlines():
        if not row.startswith("#"):
            name, *columns = (column.strip() for column in row.split(" | "))
            was, becomes, at, code, rule = (each.replace("\\n", "\n") for each in columns)
            yield pytest.param(was, becomes, at, code, None if rule == "-" else rule, id=name)


def mistakes_of(text: str) -> tuple[Mistake, ...]:
    with pytest.raises(CatalogueMistakesError) as refused:
        compile_catalogue(text, "catalogue.yaml")
    return refused.value.mistakes


def line_of(text: str, marker: str) -> int:
    assert text.count(marker) == 1, marker
    return text[: text.index(marker)].count("\n") + 1


def test_the_catalogue_of_these_tests_is_right() -> None:
    assert compile_catalogue(BOTH, "catalogue.yaml")


@pytest.mark.parametrize(("was", "becomes", "at", "code", "rule"), [*made_wrong()])
def test_a_mistake_is_told_alone_with_its_line_and_rule(
    was: str, becomes: str, at: str, code: str, rule: str | None
) -> None:
    assert was in BOTH
    text = BOTH.replace(was, becomes, 1)

    (mistake,) = mistakes_of(text)

    assert (mistake.code, mistake.rule) == (code, rule)
    assert mistake.line == line_of(text, at)
    assert str(mistake).startswith(f"catalogue.yaml:{mistake.line}: {code}")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("", "empty", id="nothing"),
        pytest.param("# only words\n", "empty", id="a comment"),
        pytest.param("versions: []\n", "empty", id="no versions"),
        pytest.param("versions:\n", "type_wrong", id="versions left open"),
        pytest.param("- 1\n", "type_wrong", id="a list"),
        pytest.param("versions: {}\n", "type_wrong", id="a mapping of versions"),
        pytest.param("? [a]\n: 1\n", "key_not_text", id="a list for a key"),
        pytest.param("a: \x00\n", "yaml_syntax", id="a character of no text"),
        pytest.param("a: &a [*a]\n", "nested_too_deep", id="an alias that holds itself"),
        pytest.param("a: &a { <<: *a }\n", "nested_too_deep", id="a merge into itself"),
        pytest.param("[" * 5000, "nested_too_deep", id="a thousand levels"),
        pytest.param("#" * MOST_BYTES + "\n", "file_too_large", id="too large"),
    ],
)
def test_a_file_that_is_no_catalogue_at_all_is_refused(text: str, code: str) -> None:
    assert code in {mistake.code for mistake in mistakes_of(text)}


def test_empty_products_are_told_with_the_line_of_their_key_sub_1() -> None:
    text = 'versions:\n  - version: "one"\n    effective_from: 2026-01-01\n    products: {}\n'

    (mistake,) = mistakes_of(text)

    assert (mistake.line, mistake.code) == (4, "empty")


def test_aliases_that_unfold_without_end_are_cut_short() -> None:
    lines = ['a0: &a0 ["x", "x", "x", "x", "x", "x", "x", "x", "x", "x"]']
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]

    (mistake,) = mistakes_of("\n".join(lines))

    assert mistake.code == "aliases_too_many"


def test_all_mistakes_of_a_file_are_told_at_once_in_its_order() -> None:
    text = BOTH
    for was, becomes in (
        ("mode: anniversary_month", "mode: weekly"),
        ("currencies: [JPY, USD]", "currencies: [JPY, USD, XXX]"),
        ("rank: 2", "rank: 1 # too"),
        ('monthly: "60.00"', 'monthly: "60.001"'),
        ("physical: true", "rental: true"),
        ('prefix: "1"', 'prefix: "+1"'),
        ("id: us-regulatory", "id: us-universal-service"),
        ('version: "two"', 'version: "one"'),
        ("rank: 1\n            prices: {", "rank: x\n            prices: {"),
    ):
        assert was in text
        text = text.replace(was, becomes, 1)

    told = mistakes_of(text)

    assert [mistake.code for mistake in told] == [
        "mode_unknown",
        "currency_unknown",
        "rank_twice",
        "amount_decimals",
        "rental_once",
        "prefix_malformed",
        "fee_twice",
        "version_twice",
        "type_wrong",
    ]
    assert [mistake.line for mistake in told] == sorted(mistake.line for mistake in told)


def test_a_mistake_that_another_version_shares_by_an_alias_is_told_once() -> None:
    shared = SMALL.replace("webinar:", "webinar: &webinar").replace("rank: 2", "rank: 1")
    text = shared + SECOND.replace("      phone:", "      webinar: *webinar\n      phone:")

    (mistake,) = mistakes_of(text)

    assert (mistake.line, mistake.code) == (line_of(text, "pay_online") - 1, "rank_twice")


def test_what_follows_from_another_mistake_is_not_told() -> None:
    text = BOTH.replace("          pro:\n", "          pro:\n            free: nearly\n")

    (mistake,) = mistakes_of(text)

    assert mistake.code == "type_wrong", "not also that a free plan has a price"


def test_a_merged_part_may_be_written_over_and_norway_is_no_truth_value() -> None:
    shared = SMALL.replace("webinar:", "webinar: &webinar")
    over = "      again: { <<: *webinar, retention: P6M, selling_entities: { NO: norge } }\n"
    text = shared + SECOND.replace("      phone:", f"{over}      phone:")

    compiled = CompiledCatalogues(lambda: compile_catalogue(text, "catalogue.yaml"))

    again = compiled.version("two").product("again")
    assert again.retention == Retention(days=0, months=6)
    assert again.selling_entities == {"NO": "norge"}
    assert again.plans == compiled.version("one").product("webinar").plans


def test_a_row_that_names_more_is_no_second_of_one_that_names_less_sub_20() -> None:
    text = BOTH.replace('{ prefix: "1", country: US,', "{ direction: sent, country: US,")

    assert answer_to(text) == ()


def test_only_currencies_that_the_operator_bills_in_are_sold_mon_2() -> None:
    text = BOTH.replace("USD", "SEK")

    assert {each.code for each in mistakes_of(text)} == {"currency_unknown"}
    assert compile_catalogue(text, "catalogue.yaml", currencies={"JPY", "SEK"})


def answer_to(text: str) -> tuple[Mistake, ...]:
    """The mistakes; none where it compiled, to something that can be read."""
    try:
        compiled = compile_catalogue(text, "catalogue.yaml")
    except CatalogueMistakesError as error:
        return error.mistakes or pytest.fail("refused without a mistake")
    for version in CompiledCatalogues(lambda: compiled).all():
        assert dict(version.products)
    return ()


@given(gone=st.sets(st.integers(0, BOTH.count("\n") - 1), min_size=1, max_size=4))
def test_whatever_lines_are_lost_the_answer_is_a_catalogue_or_mistakes_with_lines(
    gone: set[int],
) -> None:
    lines = [line for at, line in enumerate(BOTH.splitlines()) if at not in gone]

    mistakes = answer_to("\n".join(lines))

    assert all(1 <= mistake.line <= len(lines) + 1 for mistake in mistakes)


@given(
    place=st.integers(0, BOTH.count("\n") - 1),
    junk=st.sampled_from(["[]", "{}", "null", "-1", "0.5", "true", '""', "word", "[[1]]"]),
)
def test_whatever_is_written_in_place_of_a_value_the_answer_is_a_catalogue_or_mistakes(
    place: int, junk: str
) -> None:
    lines = BOTH.splitlines()
    key, colon, _ = lines[place].partition(":")
    lines[place] = f"{key}{colon} {junk}"

    mistakes = answer_to("\n".join(lines))

    assert all(mistake.detail for mistake in mistakes)
