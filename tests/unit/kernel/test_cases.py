"""The numeric cases, and their runner's patience with files that are wrong."""

import json
from pathlib import Path

import pytest

from tests.cases.run import HERE, main, run


def test_every_served_case_of_the_published_facts_passes_fee_1_rfd_3_mon_3() -> None:
    tally = run([HERE])

    assert tally.is_good, [*tally.failures, *tally.unusable]
    assert tally.passed >= 13


def test_a_wrong_amount_is_one_line_that_says_expected_and_got(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "wrong.json"
    file.write_text(
        json.dumps(
            [
                {
                    "id": "fee-off",
                    "kind": "platform_fee",
                    "in": {"currency": "USD", "amount": 10000},
                    "expect": {"fee": 191},
                },
                {
                    "id": "split-ok",
                    "kind": "split",
                    "in": {"amount": -100, "weights": [1, 1, 1]},
                    "expect": {"parts": [-34, -33, -33]},
                },
            ]
        )
    )

    code = main([str(file)])

    assert code == 1
    assert capsys.readouterr().out.splitlines() == [
        'FAILED fee-off: expected {"fee": 191}, got {"fee": 190}',
        "1 passed, 1 failed",
    ]


WRONG_CASES = [
    pytest.param(7, "a case is a JSON int", id="a number for a case"),
    pytest.param(None, "a case is nothing", id="nothing for a case"),
    pytest.param({"id": "x"}, "`expect` is nothing", id="no fields at all"),
    pytest.param(
        {"id": "x", "kind": "teleport", "in": {}, "expect": {}}, "unknown kind", id="unknown kind"
    ),
    pytest.param(
        {"id": "x", "kind": ["split"], "in": {}, "expect": {}}, "unknown kind", id="list as kind"
    ),
    pytest.param(
        {"id": "x", "kind": "split", "in": {"amount": 1.5, "weights": [1]}, "expect": {}},
        "no whole number",
        id="a fraction",
    ),
    pytest.param(
        {"id": "x", "kind": "split", "in": {"amount": 1, "weights": [0]}, "expect": {}},
        "ValueError",
        id="weights of nothing",
    ),
    pytest.param(
        {"id": "x", "kind": "split", "in": {"amount": True, "weights": [1]}, "expect": {}},
        "no whole number",
        id="a truth for an amount",
    ),
    pytest.param(
        {
            "id": "x",
            "kind": "platform_fee",
            "in": {"currency": "XXX", "amount": 1},
            "expect": {"fee": 0},
        },
        "KeyError",
        id="a currency without a cap",
    ),
    pytest.param(
        {
            "id": "x",
            "kind": "platform_fee",
            "in": {"currency": "USD", "amount": 100},
            "expect": {"fee": 2.0},
        },
        'got {"fee": 2}',
        id="an expected float",
    ),
    pytest.param(
        {
            "id": "x",
            "kind": "fee_return",
            "in": {"currency": "USD", "captured": 0, "fee": 0, "refunds": [0]},
            "expect": {"returns": [0]},
        },
        "ZeroDivisionError",
        id="nothing captured",
    ),
    pytest.param(
        {
            "id": "x",
            "kind": "fee_return",
            "in": {"currency": "USD", "captured": 10, "fee": 1, "refunds": [11]},
            "expect": {"returns": [1]},
        },
        "more refunded than captured",
        id="more refunded than captured",
    ),
]


@pytest.mark.parametrize(("case", "said"), WRONG_CASES)
def test_a_malformed_case_is_a_failing_case_and_the_next_one_still_runs(
    case: object, said: str, tmp_path: Path
) -> None:
    good = {
        "id": "good",
        "kind": "split",
        "in": {"amount": 3, "weights": [1190, 1070]},
        "expect": {"parts": [2, 1]},
    }
    file = tmp_path / "cases.json"
    file.write_text(json.dumps([case, good]))

    tally = run([file])

    assert tally.passed == 1
    (failure,) = tally.failures
    assert said in failure


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"{", "not JSON", id="half a file"),
        pytest.param(b"\xff\xfe", "not JSON", id="not UTF-8"),
        pytest.param(b'{"id": "a"}', "a file of cases is a list", id="an object"),
        pytest.param(None, "No such file", id="no file"),
    ],
)
def test_an_unusable_file_says_why_and_fails_the_run(
    content: bytes | None, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cases.json"
    if content is not None:
        file.write_bytes(content)

    code = main([str(file)])

    assert code == 1
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith(f"UNUSABLE {file}: ")
    assert said in first
    assert last == "0 passed, 0 failed"
