"""Runs files of numeric cases through the real domain code: `python -m tests.cases.run [FILE...]`.

A file is a JSON list of `{"id", "kind", "source", "in", "expect"}`; amounts are integer minor
units. A case that cannot be run is a failing case, never a crash.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from guichet.configuration import load_registration_policy
from guichet.money import Money, split
from guichet.payments.fee import fee_returned_so_far
from tests.cases import billing_kinds, tax_kinds, usage_kinds

HERE: Final = Path(__file__).parent
# What an answer may tell beside what a case expects: compared only where the case does.
OPTIONAL: Final = frozenset({"category"})

type Given = Mapping[str, Any]
type Answer = dict[str, object]


class UnusableFileError(Exception):
    """No case can be read from this file: says why."""


class UnusableCaseError(Exception):
    """What is wrong with one case, in a few words."""


@dataclass(slots=True)
class Tally:
    """What a run came to; `failures` are lines as they are printed."""

    passed: int = 0
    failures: list[str] = field(default_factory=list)
    unusable: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not self.failures and not self.unusable

    def closing_lines(self) -> list[str]:
        return [f"{self.passed} passed, {len(self.failures)} failed"]


def _platform_fee(given: Given) -> Answer:
    schedule = load_registration_policy().platform_fee
    return {"fee": schedule.fee(_money(given, "amount")).amount_minor}


def _fee_return(given: Given) -> Answer:
    captured, fee = _money(given, "captured"), _money(given, "fee")
    refunded = returned = captured.zero()
    returns = []
    for amount_minor in _wholes(given, "refunds"):
        refunded += Money(amount_minor, captured.currency)
        owed = fee_returned_so_far(fee, captured, refunded)
        returns.append((owed - returned).amount_minor)
        returned = owed
    return {"returns": returns}


def _split(given: Given) -> Answer:
    return {"parts": split(_whole(given, "amount"), _wholes(given, "weights"))}


SERVED: Final[Mapping[str, Callable[[Given], Answer]]] = {
    "platform_fee": _platform_fee,
    "fee_return": _fee_return,
    "split": _split,
    "proration": billing_kinds.proration,
    "plan_change": billing_kinds.plan_change,
    "calendar_change": billing_kinds.calendar_change,
    "periods": billing_kinds.periods,
    "usage": usage_kinds.usage,
    "sms_credits": usage_kinds.credits_of_messages,
    "invoice_tax": tax_kinds.invoice_tax,
    "refund_series": tax_kinds.refund_series,
}


def run(paths: Iterable[Path]) -> Tally:
    """Run every case of these files; a folder stands for the `.json` files in it."""
    tally = Tally()
    for path in paths:
        for file in sorted(path.glob("*.json")) if path.is_dir() else [path]:
            try:
                cases = cases_in(file)
            except UnusableFileError as error:
                tally.unusable.append(f"{file}: {error}")
                continue
            for place, case in enumerate(cases):
                _judge(case, place, tally)
    return tally


def cases_in(file: Path) -> list[object]:
    """The cases of a file, whatever each of them is.

    Raises:
        UnusableFileError: it cannot be read, or is no JSON list.
    """
    try:
        # A number of JSON that is no integer, or no number at all, is no amount in any case.
        held = json.loads(file.read_text(encoding="utf-8-sig"), parse_constant=str)
    except OSError as error:
        raise UnusableFileError(error.strerror or str(error)) from error
    except (ValueError, RecursionError) as error:
        raise UnusableFileError(f"not JSON: {error}") from error
    if not isinstance(held, list):
        raise UnusableFileError(f"a file of cases is a list, not {_kind_of(held)}")
    return held


def _judge(case: object, place: int, tally: Tally) -> None:
    name = f"case {place + 1}"
    expected: object = "an answer"
    try:
        fields = _object(case, "a case")
        name = str(fields.get("id", name))
        kind = fields.get("kind")
        expected = wanted = _object(fields.get("expect"), "`expect`")
        got = _answer(kind, _object(fields.get("in"), "`in`"))
        got = {key: told for key, told in got.items() if key in wanted or key not in OPTIONAL}
    except UnusableCaseError as error:
        tally.failures.append(_failure(name, expected, f"unusable case: {error}"))
        return
    except Exception as error:  # noqa: BLE001 - whatever a case provokes is that case's failure
        tally.failures.append(_failure(name, expected, f"{type(error).__name__}: {error}"))
        return
    if _is_same(expected, got):
        tally.passed += 1
    else:
        tally.failures.append(_failure(name, expected, got))


def _answer(kind: object, given: Given) -> Answer:
    serve = SERVED.get(kind) if isinstance(kind, str) else None
    if serve is None:
        raise UnusableCaseError(f"unknown kind {kind!r}")
    return serve(given)


def _is_same(expected: object, got: object) -> bool:
    """Equal as JSON is: `true` is not 1, and 1.0 is not the integer 1."""
    return json.dumps(expected, sort_keys=True) == json.dumps(got, sort_keys=True)


def _failure(name: str, expected: object, got: object) -> str:
    told = got if isinstance(got, str) else json.dumps(got)
    wanted = expected if isinstance(expected, str) else json.dumps(expected)
    return f"FAILED {name}: expected {wanted}, got {told}".replace("\n", " ")


def _object(value: object, what: str) -> Given:
    if not isinstance(value, dict):
        raise UnusableCaseError(f"{what} is {_kind_of(value)}, not an object")
    return value


def _money(given: Given, name: str) -> Money:
    currency = given.get("currency")
    if not isinstance(currency, str):
        raise UnusableCaseError("`currency` is missing or no text")
    return Money(_whole(given, name), currency)


def _whole(given: Given, name: str) -> int:
    value = given.get(name)
    if type(value) is not int:
        raise UnusableCaseError(f"`{name}` is missing or no whole number")
    return value


def _wholes(given: Given, name: str) -> list[int]:
    values = given.get(name)
    if not isinstance(values, list) or any(type(each) is not int for each in values):
        raise UnusableCaseError(f"`{name}` is missing or no list of whole numbers")
    return values


def _kind_of(value: object) -> str:
    return "nothing" if value is None else f"a JSON {type(value).__name__}"


def main(arguments: Sequence[str]) -> int:
    """Print each failing case and the sums; 0 only where every served case passed."""
    tally = run([Path(each) for each in arguments] or [HERE])
    for line in (*tally.failures, *(f"UNUSABLE {each}" for each in tally.unusable)):
        print(line)  # noqa: T201 - a command's answer
    for line in tally.closing_lines():
        print(line)  # noqa: T201 - same
    return 0 if tally.is_good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
