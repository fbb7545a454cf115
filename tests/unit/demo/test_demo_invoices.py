"""What the README shows of the demo's third act is what it prints, and everything keeps the rules."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Final

from pypdf import PdfReader

from guichet.access.membership import Member
from guichet.verification.findings import Report
from guichet.verification.verifying import verify
from local.demo_buyer import Buyer, pages_in
from local.demo_invoice_customers import CUSTOMERS, Customer, new_account, open_account
from local.demo_invoices import Invoicing
from local.identity import SignIn
from local.paths import ROOT
from tests.support.billing_over_http import SECOND_ACT, URL, OverHttp
from tests.support.verified import assert_verified
from tests.support.world import START, TestClock, World

_BLOCK: Final = re.compile(r"<!-- demo of invoices -->\n```\n(.*?)```", re.DOTALL)
# Whose invoice of a day is numbered first is not said, and what is drawn has ids in it.
_MASKS: Final = (
    (re.compile(r"\b([A-Z]{2}-[IC])-\d{6}\b"), r"\1-…"),
    (re.compile(r"\d+ kB"), "… kB"),
)
_ISSUER: Final = "https://issuer.example"


def test_the_third_act_prints_what_the_readme_shows() -> None:
    clock = TestClock(START + SECOND_ACT)
    world = World(clock=clock, stores_methods_at_providers=True)
    printed: list[str] = []

    _act(world, printed).play()

    lines = [_masked(line) for text in printed for line in text.split("\n")]
    found = _BLOCK.search((ROOT / "README.md").read_text())
    assert found
    assert lines == found[1].splitlines()
    assert_verified(world.dynamo, world.clock.now())
    drawn = [each for name, each in world.documents.kept.items() if name.endswith(".pdf")]
    assert [pages_in(each) for each in drawn] == [
        len(PdfReader(BytesIO(each)).pages) for each in drawn
    ]


def _masked(line: str) -> str:
    for pattern, mask in _MASKS:
        line = pattern.sub(mask, line)
    return line


def _act(world: World, printed: list[str]) -> Invoicing:
    accounts: dict[Customer, str] = {}
    owners: dict[str, Member] = {}
    for customer in CUSTOMERS:
        new = new_account()
        sign_in = SignIn(new.owner, _ISSUER, customer.name)
        owners[customer.name] = open_account(world.parts, customer, new, sign_in)
        accounts[customer] = new.account_id
    call = OverHttp(world, owners)
    buyers = {
        customer: Buyer(customer, URL, account_id, customer.name, "representative", call)
        for customer, account_id in accounts.items()
    }

    def verified() -> Report:
        stored = [*world.dynamo.items("state"), *world.dynamo.items("journal")]
        return verify(stored, now=world.clock.now())

    return Invoicing(buyers, URL, "representative", printed.append, call, verified)
