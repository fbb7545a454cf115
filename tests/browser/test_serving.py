"""EXT-5: how the pages are served: headers, clean addresses, dark, printed, without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from local import pages
from tests.browser.conftest import Arrive
from tests.infrastructure.conftest import Template
from tests.support.browsing import Visitor, say
from tests.support.deployed_stack import DeployedStack
from tests.support.stack_sale import open_training

PATHS = (
    *("/", "/trainings/trn_1", "/trainings/", "/trainings/a/b", "/trainings", "/training.html"),
    *("/registrations/reg_1_2", "/registrations/reg_1_2/return", "/registrations/reg_1_2/other"),
    *("/organizer/payment-accounts/pac_1", "/organizer/payment-accounts", "/organizer"),
    *("/assets/page.css", "/assets/texts/fr.json", "/assets/", "/assets/.git", "/robots.txt"),
)


@pytest.mark.parametrize(
    "path", ["/", "/trainings/trn_0", "/registrations/reg_0_0/return", "/assets/page.js"]
)
def test_every_address_of_the_pages_has_the_strict_headers(
    deployed_stack: DeployedStack, path: str
) -> None:
    answer = deployed_stack.call("GET", path)

    assert answer.status == 200
    for name, value in pages.headers().items():
        assert answer.headers[name] == value


@pytest.mark.parametrize("path", ["/training.html", "/assets/nothing.js", "/assets/../Makefile"])
def test_what_is_no_page_is_not_found(deployed_stack: DeployedStack, path: str) -> None:
    assert deployed_stack.call("GET", path).status == 404


def test_cloudfront_and_the_front_door_show_the_same_file_for_an_address(
    visitor: Visitor, written: Template
) -> None:
    code = written.of_type("AWS::CloudFront::Function")["PagesRouting"]["FunctionCode"]
    routed: list[Any] = visitor.page.evaluate(
        f"paths => {{ {code}; return paths.map((uri) => handler({{ request: {{ uri }} }})); }}",
        list(PATHS),
    )

    theirs = [answer.get("uri", "").removeprefix("/") or None for answer in routed]

    assert theirs == [pages.file_at(path) for path in PATHS]


def test_whoever_asks_is_told_to_the_api_by_cloudfront_alone(
    visitor: Visitor, written: Template
) -> None:
    code = written.of_type("AWS::CloudFront::Function")["PagesViewer"]["FunctionCode"]
    event = {
        "viewer": {"ip": "203.0.113.9"},
        "request": {"headers": {"x-guichet-viewer": {"value": "198.51.100.1"}}},
    }

    passed = visitor.page.evaluate(f"event => {{ {code}; return handler(event); }}", event)

    assert passed["headers"]["x-guichet-viewer"] == {"value": "203.0.113.9"}


def test_an_address_that_names_nothing_says_so(arrive: Arrive) -> None:
    visitor = arrive("de-DE")

    visitor.page.goto("/")
    visitor.see("missing")
    visitor.page.goto("/trainings/no-such?lang=it")
    shown = visitor.see("missing").inner_text()

    assert say("it", "missing.text") in shown


def test_pages_are_legible_in_the_dark_and_receipts_on_paper_ext_5(
    deployed_stack: DeployedStack, visitor: Visitor
) -> None:
    visitor.page.emulate_media(color_scheme="dark")
    visitor.visit_training(open_training(deployed_stack))
    visitor.see("offer")
    visitor.fill_details("ada@")
    visitor.submit()
    visitor.inspect("offer, errors")
    visitor.fill_details()
    visitor.submit()
    visitor.see("pay")
    visitor.pay_with("stripe")
    visitor.press("ok")
    confirmed = visitor.see("confirmed")
    visitor.page.emulate_media(media="print", color_scheme="light")

    expect(visitor.page.locator(".languages")).to_be_hidden()
    expect(confirmed.get_by_role("button")).to_be_hidden()
    expect(confirmed.get_by_role("heading", name="Receipt")).to_be_visible()


def test_an_organizer_who_comes_back_from_linking_is_told_how_to_go_on_pay_1(
    visitor: Visitor,
) -> None:
    page = "/organizer/payment-accounts/pac_1"

    visitor.page.goto(f"{page}?from=provider&lang=fr")
    back = visitor.see("back").inner_text()
    visitor.inspect("back")
    visitor.page.goto(f"{page}?again=1&lang=nl")
    again = visitor.see("again").inner_text()

    assert say("fr", "linking.back_text") in back
    assert say("nl", "linking.again_text") in again
