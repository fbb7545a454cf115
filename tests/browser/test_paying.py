"""EXT-5, REG-2: people pay, are declined, are asked by their bank, and pay."""

from __future__ import annotations

import re
import secrets

from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.support.browsing import Visitor, say
from tests.support.deployed_stack import DeployedStack
from tests.support.stack_sale import Browser, books_agree, open_training, seats_left


def test_a_card_sale_from_the_training_to_receipt_and_calendar_reg_2_reg_13(
    deployed_stack: DeployedStack, visitor: Visitor
) -> None:
    training_id = open_training(deployed_stack, capacity=3, terms="No refund.")

    address = visitor.register(training_id)
    button = visitor.page.inner_text("#submit")
    visitor.pay_with("stripe")
    visitor.press("ok")
    confirmed = visitor.see("confirmed")

    assert button == "Pay €120.00"
    assert visitor.page.title() == "Registration confirmed – Courir la nuit"
    receipt = confirmed.inner_text()
    assert address in receipt
    assert "Studio Sud SARL" in receipt
    assert "TVA non applicable" in receipt
    assert "(Central European Summer Time, Paris)" in receipt
    assert re.search(r"Paid\s+€120\.00", receipt)
    with visitor.page.expect_download() as download:
        visitor.page.click("#calendar")
    entry = download.value.path().read_text()
    assert "DTSTART:20300603T130000Z\n" in entry
    assert "SUMMARY:Courir la nuit\n" in entry
    assert seats_left(deployed_stack, training_id) == 2
    books_agree(deployed_stack)


def test_a_declined_card_costs_nothing_and_another_pays_reg_2(
    deployed_stack: DeployedStack, arrive: Arrive
) -> None:
    visitor = arrive("de-DE")
    visitor.register(open_training(deployed_stack))

    button = visitor.page.inner_text("#submit")
    visitor.pay_with("stripe")
    visitor.press("declined")
    expect(visitor.page.get_by_role("alert")).to_contain_text("declined")
    visitor.press("cancel")
    back = visitor.see("pay").inner_text()
    visitor.submit()  # the method is still chosen
    visitor.press("ok")
    visitor.see("confirmed")

    assert button == "120,00\u00a0€ zahlen"
    assert say("de", "pay.turned_back") in back
    assert visitor.page.title() == "Anmeldung bestätigt – Courir la nuit"
    books_agree(deployed_stack)


def test_a_bank_that_asks_is_answered_reg_2(deployed_stack: DeployedStack, arrive: Arrive) -> None:
    holder = Browser.registered(deployed_stack, open_training(deployed_stack), "en")
    visitor = arrive()
    visitor.visit_registration(holder, "?lang=it")  # is kept over the provider's page

    visitor.pay_with("stripe")
    visitor.press("3ds")
    visitor.press("fail")
    expect(visitor.page.get_by_role("button", name="3-D Secure")).to_be_visible()
    visitor.press("3ds")
    visitor.press("authenticate")
    visitor.see("confirmed")

    assert visitor.page.title() == "Iscrizione confermata – Courir la nuit"
    assert visitor.page.url.rpartition("/")[2].startswith("reg_")  # not `return` any more
    books_agree(deployed_stack)


def test_several_tabs_end_in_one_payment_reg_10(
    deployed_stack: DeployedStack, arrive: Arrive
) -> None:
    holder = Browser.registered(deployed_stack, open_training(deployed_stack), "es")
    one = arrive("es-ES")
    two, idle = one.another_tab(), one.another_tab()

    idle.visit_registration(holder)
    one.visit_registration(holder)
    one.pay_with("stripe")
    page_of_one = one.page.url
    two.visit_registration(holder)
    two.pay_with("stripe")
    page_of_two = two.page.url
    two.press("ok")
    two.see("confirmed")
    one.page.go_back()
    one.see("confirmed")
    idle.choose("stripe")
    idle.see("confirmed")

    assert page_of_one == page_of_two
    assert holder.look()["receipt"]["amount"] == {"amount_minor": 12000, "currency": "EUR"}
    books_agree(deployed_stack)


def test_a_debit_is_waited_for_and_its_denial_is_told_reg_8(
    deployed_stack: DeployedStack, arrive: Arrive
) -> None:
    holder = Browser.registered(deployed_stack, open_training(deployed_stack), "nl")
    visitor = arrive("nl-NL")
    visitor.visit_registration(holder)

    visitor.pay_with("stripe")
    session = visitor.page.url.rpartition("/")[2]
    visitor.press("debit")
    waiting = visitor.see("processing").inner_text()
    deployed_stack.call(
        "POST",
        "/_stripe/debits",
        body=f"act=deny&session={session}".encode(),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    denied = visitor.see("pay").inner_text()

    assert say("nl", "processing.close", email=holder.email) in waiting
    assert say("nl", "pay.declined") in denied


def test_a_provider_that_is_down_is_tried_again_with_the_same_key_reg_10(
    deployed_stack: DeployedStack, arrive: Arrive
) -> None:
    holder = Browser.registered(deployed_stack, open_training(deployed_stack), "pt")
    visitor = arrive("pt-BR")
    visitor.visit_registration(holder)
    keys: list[str | None] = []
    visitor.page.on(
        "request",
        lambda asked: (
            keys.append(asked.headers.get("idempotency-key"))
            if asked.url.endswith("/payments")
            else None
        ),
    )

    deployed_stack.stripe("POST", "/chaos", {"down": True})
    try:
        visitor.choose("stripe")
        expect(visitor.page.locator("#errors")).to_contain_text(say("pt", "error.provider_down"))
    finally:
        deployed_stack.stripe("DELETE", "/chaos")
    visitor.inspect("pay, provider down")
    visitor.page.reload()
    visitor.pay_with("stripe")
    visitor.press("ok")
    visitor.see("confirmed")

    assert len(keys) == 2
    assert keys[0] == keys[1]
    assert len(str(keys[0])) == 40


def test_keys_alone_are_enough_from_the_training_to_the_provider_ext_5(
    deployed_stack: DeployedStack, visitor: Visitor
) -> None:
    visitor.visit_training(open_training(deployed_stack))
    keyboard = visitor.page.keyboard

    def tab_to(selector: str) -> None:
        for _ in range(20):
            keyboard.press("Tab")
            if visitor.page.evaluate("s => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(f"{selector} is not reached by Tab")

    tab_to(".skip")
    tab_to(".languages summary")
    tab_to("#name")
    keyboard.type("Grace Hopper")
    tab_to("#email")
    keyboard.type(f"grace.{secrets.token_hex(6)}@example.org")
    keyboard.press("Enter")
    visitor.see("pay")
    tab_to("input[type=radio]")
    keyboard.press("Space")
    tab_to("#submit")
    outlined = visitor.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    keyboard.press("Enter")
    visitor.page.wait_for_url("**/_stripe/pay/**")

    assert outlined == "solid"
