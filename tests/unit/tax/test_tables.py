"""TAX-2: what is packaged is what the files say, and every mistake is told with its file and line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.adapters.catalogue.mistakes import Mistake
from guichet.adapters.tax.compiling import FILES, TaxMistakesError, compile_taxes
from guichet.adapters.tax.packaged import COMPILED, packaged_fee_tables, packaged_tax_tables
from guichet.cli import main
from guichet.countries import EU_MEMBERS
from guichet.tax.fees import FeeRate
from guichet.tax.loading import read_tax_tables
from guichet.tax.tables import Collects, Rate

FOLDER = Path("config/tax")
TEXTS = {name: (FOLDER / f"{name}.yaml").read_text(encoding="utf-8") for name in FILES}

MEMBERS = "".join(
    f"  - {{tax: VAT, country: {each}, rates: [{{effective_from: 2020-01-01, percent: '20', "
    "source: a law}]}\n"
    for each in sorted(EU_MEMBERS)
)
SMALL = {
    "rates": f"""\
taxes:
{MEMBERS}\
  - tax: GST
    country: CA
    rates:
      - effective_from: 2008-01-01
        percent: "5"
        source: Excise Tax Act
  - tax: QST
    country: CA
    regions: [QC]
    level: region
    classes: [standard]
    rates:
      - effective_from: 2012-01-01
        percent: "9.5"
        source: An older law
      - effective_from: 2013-01-01
        percent: "9.975"
        source: A law
""",
    "fees": """\
fees:
  - fee: ca-fee
    rates:
      - effective_from: 2020-01-01
        effective_until: 2020-12-31
        percent: "0.6"
        taxes: [GST, QST]
        source: Our price list
""",
    "sellers": """\
sellers:
  - country: CA
    collects:
      - { country: CA, region: QC, effective_from: 2013-01-01, from: consumers }
vat_checks:
  counts_days: 90
  corrects_days: 30
  asks_again_days: 31
""",
}


def mistakes_of(texts: dict[str, str]) -> tuple[Mistake, ...]:
    with pytest.raises(TaxMistakesError) as refused:
        compile_taxes(texts, "tax")
    return refused.value.mistakes


def test_what_is_compiled_is_what_the_files_say_tax_2() -> None:
    for name, text in compile_taxes(TEXTS, str(FOLDER)).items():
        assert (COMPILED / f"{name}.json").read_text(encoding="utf-8") == text


def test_the_files_of_these_tests_are_right_tax_2() -> None:
    assert set(compile_taxes(SMALL, "tax")) == set(FILES)


def test_every_rate_and_fee_has_a_source_and_days_that_rise_tax_2() -> None:
    taxes = [each for rows in packaged_tax_tables().taxes.values() for each in rows]
    tables: list[Sequence[Rate | FeeRate]] = [each.rates for each in taxes]
    tables += packaged_fee_tables().rates.values()

    for rows in tables:
        assert all(len(row.source) > 10 for row in rows)
        assert all(a.effective_from < b.effective_from for a, b in pairwise(rows))
    assert {each.country for each in taxes} >= EU_MEMBERS | {"GB", "CH", "NO", "JP", "AU", "NZ"}


def test_the_factors_of_the_universal_service_fund_leave_no_day_out_tax_5() -> None:
    rows = packaged_fee_tables().rates["us-federal-universal-service"]

    for before, after in pairwise(rows):
        assert before.effective_until is not None
        assert (after.effective_from - before.effective_until).days == 1
    assert {row.effective_from.day for row in rows} == {1}


def test_the_sample_has_nexus_in_alabama_alone_tax_2() -> None:
    tables = packaged_tax_tables()

    assert [(each.country, each.region) for each in tables.nexus["US"]] == [("US", "AL")]
    assert tables.nexus["US"][0].effective_from == date(2020, 1, 1)
    assert tables.nexus["US"][0].collects is Collects.EVERYONE


@pytest.mark.parametrize(
    ("file", "was", "becomes", "at", "code", "rule"),
    [
        pytest.param(
            "rates",
            'percent: "9.975"',
            "percent: 9.975",
            "9.975",
            "percent_not_text",
            "TAX-2",
            id="an unquoted rate",
        ),
        pytest.param(
            "rates",
            '"9.975"',
            '"9,975"',
            "9,975",
            "percent_malformed",
            "TAX-2",
            id="a comma in a rate",
        ),
        pytest.param(
            "rates",
            "source: Excise Tax Act",
            'source: " "',
            '" "',
            "source_missing",
            "TAX-2",
            id="no source",
        ),
        pytest.param(
            "rates",
            "        source: A law\n",
            "",
            "2013-01-01",
            "key_missing",
            None,
            id="a source forgotten",
        ),
        pytest.param(
            "rates",
            "2013-01-01",
            "2012-01-01",
            'effective_from: 2012-01-01\n        percent: "9.975"',
            "rows_not_ascending",
            "TAX-2",
            id="two rates from one day",
        ),
        pytest.param(
            "rates",
            "2013-01-01",
            "1st of May",
            "1st of May",
            "date_malformed",
            None,
            id="no day",
        ),
        pytest.param(
            "rates",
            "country: CA\n    rates",
            "country: UK\n    rates",
            "UK",
            "country_unknown",
            "TAX-2",
            id="no country",
        ),
        pytest.param("rates", "[QC]", "[QX]", "QX", "region_unknown", "TAX-2", id="no province"),
        pytest.param(
            "rates",
            "    regions: [QC]\n",
            "",
            "level: region",
            "region_missing",
            "TAX-2",
            id="a region's tax of no region",
        ),
        pytest.param(
            "rates", "tax: QST", "tax: qst", "qst", "tax_malformed", "TAX-2", id="no tax's name"
        ),
        pytest.param(
            "rates", "[standard]", "[exempt]", "exempt", "word_unknown", None, id="no class to tax"
        ),
        pytest.param(
            "rates", "classes:", "class:", "class:", "key_unknown", None, id="a key misspelt"
        ),
        pytest.param(
            "rates",
            MEMBERS.splitlines()[0] + "\n",
            "",
            "taxes:",
            "member_state_missing",
            "TAX-2",
            id="a member state forgotten",
        ),
        pytest.param(
            "rates",
            "tax: QST\n    country: CA\n    regions: [QC]\n    level: region",
            "tax: GST\n    country: CA",
            "tax: GST\n    country: CA\n    classes",
            "tax_twice",
            "TAX-2",
            id="a tax written twice",
        ),
        pytest.param(
            "fees", "[GST, QST]", "[GST, VATT]", "VATT", "tax_not_listed", "TAX-5", id="no such tax"
        ),
        pytest.param(
            "fees", "2020-12-31", "2019-12-31", "2019-12-31", "dates_reversed", None, id="reversed"
        ),
        pytest.param("fees", "ca-fee", "CA fee", "CA fee", "id_malformed", None, id="no id"),
        pytest.param(
            "sellers",
            "region: QC",
            "region: BC",
            "BC",
            "table_missing",
            "TAX-2",
            id="collected without a table",
        ),
        pytest.param(
            "sellers", "consumers", "people", "people", "word_unknown", None, id="no such word"
        ),
        pytest.param(
            "sellers",
            "asks_again_days: 31",
            "asks_again_days: 91",
            "91",
            "asks_too_late",
            "TAX-3",
            id="asked when it is too late",
        ),
        pytest.param(
            "sellers",
            "counts_days: 90",
            "counts_days: 0",
            "counts_days",
            "greater_than_equal",
            None,
            id="counts for no day",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line_its_code_and_its_rule_tax_2(
    *, file: str, was: str, becomes: str, at: str, code: str, rule: str | None
) -> None:
    assert SMALL[file].count(was) == 1, was
    text = SMALL[file].replace(was, becomes)
    texts = {**SMALL, file: text}

    mistake = mistakes_of(texts)[0]

    assert (mistake.file, mistake.code, mistake.rule) == (f"tax/{file}.yaml", code, rule)
    assert mistake.line == text[: text.index(at)].count("\n") + 1


def test_mistakes_of_all_files_are_told_at_once_tax_2() -> None:
    texts = {name: text.replace("2013-01-01", "soon") for name, text in SMALL.items()}

    assert [each.file for each in mistakes_of(texts)] == ["tax/rates.yaml", "tax/sellers.yaml"]


def test_a_region_may_have_a_table_of_its_own_of_the_countrys_tax_tax_2() -> None:
    own = SMALL["rates"].replace("tax: QST", "tax: GST")
    fees = SMALL["fees"].replace("[GST, QST]", "[GST]")

    compiled = compile_taxes({**SMALL, "rates": own, "fees": fees}, "tax")
    tables = read_tax_tables(compiled["rates"], compiled["sellers"])

    assert [each.regions for each in tables.taxes_in("CA", "QC")] == [frozenset({"QC"})]
    assert [each.regions for each in tables.taxes_in("CA", "ON")] == [frozenset()]


@given(st.sampled_from(FILES), st.text(max_size=60))
def test_whatever_a_file_says_it_is_refused_with_its_mistakes_tax_2(file: str, text: str) -> None:
    assert mistakes_of({**SMALL, file: text})


def test_the_command_says_that_the_tables_are_current_tax_2(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["tax", "check"]) == 0
    assert "is current" in capsys.readouterr().out


def test_the_command_tells_mistakes_and_writes_nothing_tax_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config" / "tax").mkdir(parents=True)
    for name, text in SMALL.items():
        broken = text.replace("[GST, QST]", "[GST, VATT]")
        (tmp_path / "config" / "tax" / f"{name}.yaml").write_text(broken)
    monkeypatch.chdir(tmp_path)

    statuses = main(["tax", "check"]), main(["tax", "compile"])

    told = capsys.readouterr()
    assert statuses == (1, 1)
    assert told.err.count("config/tax/fees.yaml:7: tax_not_listed (TAX-5)") == 2
    assert "wrote" not in told.out


def test_the_command_says_when_what_is_compiled_is_of_other_files_tax_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config" / "tax").mkdir(parents=True)
    for name, text in SMALL.items():
        (tmp_path / "config" / "tax" / f"{name}.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)

    assert main(["tax", "check"]) == 1
    assert "is not current" in capsys.readouterr().out
