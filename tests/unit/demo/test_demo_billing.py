"""What the README shows of the demo's second act is what it prints; its previews are its bills (BAD-14)."""

from __future__ import annotations

import re
from typing import Final

from local.demo_billing import Subscribing
from local.paths import ROOT
from tests.support.billing import Billing
from tests.support.billing_over_http import SECOND_ACT, URL, OverHttp
from tests.support.verified import assert_verified
from tests.support.world import START

_BLOCK: Final = re.compile(r"<!-- demo of subscriptions -->\n```\n(.*?)```", re.DOTALL)
_MASKS: Final = ((re.compile(r"\b(sub)_\w+"), r"\1_…"),)


def test_the_second_act_prints_what_the_readme_shows() -> None:
    billing = Billing()
    printed: list[str] = []
    call = OverHttp(billing.world, {"owner": billing.owner})
    act = Subscribing(URL, "owner", "representative", billing.account_id, printed.append, call)

    act.play()

    lines = [_masked(line) for text in printed for line in text.split("\n")]
    found = _BLOCK.search((ROOT / "README.md").read_text())
    assert found
    assert lines == found[1].splitlines()
    assert billing.world.clock.now() - START == SECOND_ACT
    assert_verified(billing.world.dynamo, billing.world.clock.now())


def _masked(line: str) -> str:
    for pattern, mask in _MASKS:
        line = pattern.sub(mask, line)
    return line
