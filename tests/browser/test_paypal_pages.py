"""EXT-5, REG-2: people pay by PayPal, with an account or as a guest, are declined, and wait."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.support.browsing import say
from tests.support.deployed_stack import DeployedStack
from tests.support.stack_sale import Browser, books_agree, open_training


def test_changing_to_paypal_closes_the_other_page_and_pays_once_bad_1(
    deployed_stack: DeployedStack, arrive: Arrive
) -> None:
    holder = Browser.registered(deployed_stack, open_training(deployed_stack), "fr")
    one = arrive("fr-FR")
    two = one.another_tab()

    one.visit_registration(holder)
    one.pay_with("stripe")
    two.visit_registration(holder)
    two.pay_with("paypal")
    one.press("ok")
    expect(one.page.get_by_role("heading")).to_contain_text("expired")
    two.press("balance")
    receipt = two.see("confirmed").inner_text()

    assert re.search(rf"{say('fr', 'fact.method')}\s+PayPal\n", receipt)
    books_agree(deployed_stack)


def test_an_instrument_that_is_declined_leads_back_to_the_same_page_reg_2(
    deployed_stack: DeployedStack, arrive: Arrive
) -> None:
    holder = Browser.registered(deployed_stack, open_training(deployed_stack), "de")
    visitor = arrive("de-DE")
    visitor.visit_registration(holder)

    visitor.pay_with("paypal")
    first = visitor.page.url
    visitor.press("declined")
    back = visitor.see("pay").inner_text()
    visitor.pay_with("paypal")
    second = visitor.page.url
    visitor.press("balance")
    visitor.see("confirmed")

    assert say("de", "pay.declined") in back
    assert second == first
    books_agree(deployed_stack)


def test_a_guest_pays_by_card_at_paypal_pay_6(
    deployed_stack: DeployedStack, arrive: Arrive
) -> None:
    visitor = arrive("nl-NL")
    visitor.register(open_training(deployed_stack))

    offered = visitor.page.locator(".choice b").all_inner_texts()
    visitor.pay_with("paypal_card")
    visitor.press("card")
    receipt = visitor.see("confirmed").inner_text()

    assert offered == [say("nl", f"method.{name}") for name in ("stripe", "paypal", "paypal_card")]
    assert re.search(rf"{say('nl', 'fact.method')}\s+PayPal\n", receipt)  # what we are told


def test_a_capture_that_pends_is_waited_for_reg_8(
    deployed_stack: DeployedStack, arrive: Arrive
) -> None:
    holder = Browser.registered(deployed_stack, open_training(deployed_stack), "it")
    visitor = arrive("it-IT")
    visitor.visit_registration(holder)

    visitor.pay_with("paypal")
    visitor.press("review")
    waiting = visitor.see("processing").inner_text()
    judge = visitor.another_tab()
    judge.page.goto("/_paypal/pending")
    judge.page.locator("button[value='settle']").last.click()  # the newest stands last
    visitor.see("confirmed")

    assert say("it", "processing.close", email=holder.email) in waiting
