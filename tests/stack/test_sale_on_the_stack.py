"""Sales over HTTP, from the register call to the books (REG-2, REG-4, REG-8, REG-10, FEE-2)."""

from __future__ import annotations

from tests.support.deployed_stack import DeployedStack
from tests.support.stack_sale import (
    STUDIO,
    Browser,
    books_agree,
    key,
    open_training,
    register,
    seats_left,
    submit,
    until,
)


def test_two_clicks_make_one_registration_and_one_page_reg_10(
    deployed_stack: DeployedStack,
) -> None:
    training_id = open_training(deployed_stack, capacity=5)
    clicked, email = key(), f"{key()[:8]}@example.org"
    started = key()

    first = register(deployed_stack, training_id, email=email, idempotency_key=clicked)
    second = register(deployed_stack, training_id, email=email, idempotency_key=clicked)
    another = register(deployed_stack, training_id, email=f"x{email}", idempotency_key=clicked)
    held = first.json()
    browsers = [
        Browser(deployed_stack, held["registration_id"], each.json()["token"], email)
        for each in (first, second)
    ]
    pages = [browser.start(started) for browser in browsers]

    assert (first.status, second.status) == (201, 201)
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert second.json() == held
    assert (another.status, another.json()["code"]) == (409, "idempotency_key_reused")
    assert seats_left(deployed_stack, training_id) == 4
    assert pages[0].json() == pages[1].json()
    assert pages[1].headers["idempotency-replayed"] == "true"


def test_a_card_that_the_bank_asks_about_is_paid_once_confirmed_reg_2(
    deployed_stack: DeployedStack,
) -> None:
    browser = Browser.registered(deployed_stack, open_training(deployed_stack), "fr")
    page = browser.page()

    asked = submit(deployed_stack, page, act="3ds")
    meanwhile = browser.status()
    answered = submit(deployed_stack, f"{page}/authenticate", act="authenticate")

    assert asked.headers["location"].endswith(f"{page}/authenticate")
    assert meanwhile == "awaiting_payment"
    assert answered.headers["location"].startswith(
        f"{deployed_stack.url}/registrations/{browser.registration_id}/return"
    )
    browser.wait_for("confirmed")  # nobody came back to our page: the webhook told
    receipt = browser.look()["receipt"]
    assert receipt["amount"] == {"amount_minor": 12000, "currency": "EUR"}
    until(
        browser.subjects,
        lambda found: (
            sorted(found)  # one mail may overtake another
            == [
                "Inscription confirmée – Courir la nuit",
                "Inscription reçue – Courir la nuit",
            ]
        ),
    )
    books_agree(deployed_stack)


def test_a_bank_debit_keeps_its_seat_until_the_bank_has_spoken_reg_8(
    deployed_stack: DeployedStack,
) -> None:
    training_id = open_training(deployed_stack, capacity=2)
    settled, denied = (Browser.registered(deployed_stack, training_id) for _ in range(2))
    pages = [browser.page() for browser in (settled, denied)]

    for browser, page in zip((settled, denied), pages, strict=True):
        submit(deployed_stack, page, act="debit")
        browser.wait_for("processing")
    seats_meanwhile = seats_left(deployed_stack, training_id)
    for page, act in zip(pages, ("settle", "deny"), strict=True):
        session = page.rpartition("/")[2]
        submit(deployed_stack, "/_stripe/debits", act=act, session=session)

    assert seats_meanwhile == 0
    settled.wait_for("confirmed")
    denied.wait_for("awaiting_payment")
    until(denied.subjects, lambda found: "Payment declined – Courir la nuit" in found)
    assert seats_left(deployed_stack, training_id) == 0
    books_agree(deployed_stack)


def test_a_provider_that_is_down_costs_no_seat_reg_4(deployed_stack: DeployedStack) -> None:
    training_id = open_training(deployed_stack, capacity=1)
    browser = Browser.registered(deployed_stack, training_id)
    held_until = browser.look()["hold_expires_at"]
    started = key()

    deployed_stack.stripe("POST", "/chaos", {"down": True})
    try:
        refused = browser.start(started)
        meanwhile = browser.look()
    finally:
        deployed_stack.stripe("DELETE", "/chaos")
    again = browser.start(started)

    assert (refused.status, refused.json()["code"]) == (503, "provider_unavailable")
    assert int(refused.headers["retry-after"]) > 0
    assert meanwhile["status"] == "awaiting_payment"
    assert meanwhile["hold_expires_at"] >= held_until
    assert seats_left(deployed_stack, training_id) == 0
    assert again.status == 200
    submit(deployed_stack, browser.page(), act="ok")
    browser.wait_for("confirmed")
    books_agree(deployed_stack)


def test_money_that_comes_too_late_for_a_seat_goes_back_with_its_fee_reg_4(
    deployed_stack: DeployedStack,
) -> None:
    training_id = open_training(deployed_stack, capacity=1)
    late = Browser.registered(deployed_stack, training_id)
    page = late.page()
    books_agree(deployed_stack)
    before = _platform_fee(deployed_stack)
    deployed_stack.stripe("POST", "/chaos", {"pay_expired": 1})

    deployed_stack.advance_clock(32 * 60)
    status_after_hold = late.status()
    quick = Browser.registered(deployed_stack, training_id)
    paid = submit(deployed_stack, page, act="ok")

    assert status_after_hold == "expired"
    assert paid.status == 303
    until(
        late.subjects,
        lambda found: (
            sorted(found)  # one mail may overtake another
            == [
                "Refund – Courir la nuit",
                "Registration expired – Courir la nuit",
                "Registration received – Courir la nuit",
            ]
        ),
    )
    assert late.status() == "expired"
    submit(deployed_stack, quick.page(), act="ok")
    quick.wait_for("confirmed")
    books_agree(deployed_stack)
    assert _platform_fee(deployed_stack) - before == 228  # of the one seat that was sold
    books = deployed_stack.call("GET", "/_local/books").json()
    assert books["stripe"]["platform"]["EUR"]["application_fees_returned"] >= 228


def _platform_fee(stack: DeployedStack) -> int:
    books = stack.call("GET", "/_local/books").json()["guichet"][STUDIO]
    return int(books.get("EUR", {}).get("platform_fee", 0))
