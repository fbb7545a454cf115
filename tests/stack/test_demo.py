"""What the README shows of `make demo` is what it prints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from local.demo import ORGANIZER, OWNER, Demo
from local.paths import ROOT
from tests.support.deployed_stack import DeployedStack

_BLOCK: Final = re.compile(r"<!-- demo -->\n```\n(.*?)```", re.DOTALL)
_BALANCE: Final = re.compile(r"^   (\w+|(?:Stripe|PayPal)'s balance) +(-?)USD (\d+)\.(\d\d)$")

# What differs from run to run.
_MASKS: Final = (
    (re.compile(r"\b(trn|reg|pac)_\w+"), r"\1_…"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)"), "…"),
    (re.compile(r"http://127\.0\.0\.1:\d+\S*"), "…"),
    (re.compile(r"[\w.]+@example\.org"), "…"),
)


def test_the_demo_prints_what_the_readme_shows(deployed_stack: DeployedStack) -> None:
    found = _BLOCK.search((ROOT / "README.md").read_text())
    assert found
    shown = found[1].splitlines()
    before = _balances(deployed_stack)
    printed: list[str] = []

    maria, owner = (deployed_stack.token(each) for each in ("maria@atelier.example", OWNER))
    Demo(deployed_stack.url, maria, owner, printed.append).play()

    lines = [line for text in printed for line in text.split("\n")]
    assert [_masked(line) for line in _without(lines, before)] == shown


def _masked(line: str) -> str:
    for pattern, mask in _MASKS:
        line = pattern.sub(mask, line)
    return line


def _balances(stack: DeployedStack) -> Mapping[str, int]:
    books = stack.call("GET", "/_local/books").json()
    stripe = books["stripe"]["accounts"].get(ORGANIZER.stripe_account_id, {})
    paypal = books["paypal"]["merchants"].get(ORGANIZER.paypal_merchant_id, {})
    return {
        **books["guichet"][ORGANIZER.account_id].get("USD", {}),
        "Stripe's balance": stripe.get("USD", {}).get("provider_balance", 0),
        "PayPal's balance": paypal.get("USD", {}).get("provider_balance", 0),
    }


def _without(lines: list[str], before: Mapping[str, int]) -> Iterator[str]:
    """The lines of a demo that began with empty books."""
    for line in lines:
        balance = _BALANCE.match(line)
        if balance is None:
            yield line
            continue
        sign = -1 if balance[2] else 1
        minor = sign * int(balance[3] + balance[4]) - before.get(balance[1], 0)
        amount = f"{'-' if minor < 0 else ''}USD {abs(minor) // 100}.{abs(minor) % 100:02}"
        yield f"   {balance[1]:<20}{amount:>12}"
