"""EXT-5, RFD-1, RFD-4: the pages say what went back of a payment, and that a training is cancelled."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from babel.dates import format_date
from playwright.sync_api import expect

from local.environment import Json
from tests.browser.conftest import Arrive
from tests.support.browsing import Visitor, say
from tests.support.deployed_stack import DeployedStack
from tests.support.stack_sale import ELENA, Browser, key, open_training, submit, until


def paid(stack: DeployedStack, training_id: str, language: str) -> Browser:
    """Somebody who paid by card and is confirmed."""
    holder = Browser.registered(stack, training_id, language)
    submit(stack, holder.page(), act="ok")
    holder.call("POST", "/return")
    holder.wait_for("confirmed")
    return holder


def organizer_asks(stack: DeployedStack, path: str, wish: Json, status: int) -> None:
    """Without an answer the same is asked again, under the same key."""
    headers = {"idempotency-key": key()}
    for _ in range(3):
        answer = stack.call("POST", path, json_body=wish, headers=headers, member=ELENA)
        if answer.status < 500:
            break
    assert answer.status in {status, 200}, answer.body


def organizer_refunds(stack: DeployedStack, holder: Browser, **wish: Json) -> None:
    payment_id = holder.look()["receipt"]["reference"]
    path = f"/v1/payments/{payment_id}/refunds"
    organizer_asks(stack, path, {"reason": "As agreed.", **wish}, 201)


def organizer_cancels(stack: DeployedStack, training_id: str, **wish: Json) -> None:
    path = f"/v1/trainings/{training_id}/cancel"
    organizer_asks(stack, path, {"reason": "The trainer is ill.", **wish}, 202)


def refunds_are(holder: Browser, *statuses: str) -> None:
    until(
        lambda: [each["status"] for each in holder.look()["refunds"]],
        lambda found: found == list(statuses),
    )


def ended_without_money(stack: DeployedStack, training_id: str) -> int:
    """How many registrations the cancellation has ended before anything was paid."""
    path = f"/v1/trainings/{training_id}/cancellation"
    seen = stack.call("GET", path, member=ELENA).json()["registrations"]
    return int(seen["nothing_to_refund"])


def look_again(visitor: Visitor) -> None:
    """The window comes to the front once more."""
    visitor.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def day_of(stack: DeployedStack, language: str) -> str:
    today = stack.now().astimezone(ZoneInfo("Europe/Paris"))
    return format_date(today, "long", locale=language)


def test_a_refund_is_shown_beside_the_receipt_and_the_seat_stays_rfd_1_rfd_7(
    deployed_stack: DeployedStack, arrive: Arrive
) -> None:
    holder = paid(deployed_stack, open_training(deployed_stack), "fr")
    visitor = arrive("fr-FR")
    visitor.visit_registration(holder)
    visitor.see("confirmed")
    refunds = visitor.page.locator("#refunds")
    expect(refunds).to_be_hidden()

    organizer_refunds(
        deployed_stack,
        holder,
        amount={"amount_minor": 3000, "currency": "EUR"},
        note_to_registrant="Avec nos excuses.",
    )
    refunds_are(holder, "succeeded")
    look_again(visitor)
    expect(refunds).to_be_visible()
    partly = refunds.inner_text()
    receipt = visitor.section("confirmed").inner_text()
    organizer_refunds(deployed_stack, holder)
    refunds_are(holder, "succeeded", "succeeded")
    visitor.page.reload()
    expect(refunds.locator("li")).to_have_count(2)
    whole = refunds.inner_text()

    amount, day = "30,00\u00a0€", day_of(deployed_stack, "fr")
    assert say("fr", "refunds.partly", refunded=amount, paid="120,00\u00a0€") in partly
    assert say("fr", "refunds.done", amount=amount, day=day) in partly
    assert "Avec nos excuses." in partly
    assert say("fr", "refunds.stays") in partly
    assert f"-{amount}" in receipt
    assert say("fr", "refunds.whole", paid="120,00\u00a0€") in whole
    until(holder.subjects, lambda found: "Remboursement partiel – Courir la nuit" in found)


def test_a_cancelled_training_says_so_and_what_became_of_the_payment_reg_8(
    deployed_stack: DeployedStack, arrive: Arrive
) -> None:
    training_id = open_training(deployed_stack)
    holder = paid(deployed_stack, training_id, "de")
    visitor = arrive("de-DE")
    visitor.visit_registration(holder)
    visitor.see("confirmed")

    organizer_cancels(deployed_stack, training_id, note="Die Trainerin ist krank.")
    holder.wait_for("cancelled")
    refunds_are(holder, "succeeded")
    look_again(visitor)
    shown = visitor.see("called_off").inner_text()
    back = visitor.page.locator("#refunds").inner_text()
    visitor.visit_training(training_id)
    sold = visitor.see("called_off").inner_text()

    assert say("de", "called_off.text") in shown
    assert say("de", "called_off.over") in shown
    assert "Die Trainerin ist krank." in shown
    assert say("de", "refunds.whole", paid="120,00\u00a0€") in back
    assert say("de", "called_off.next") in sold
    until(holder.subjects, lambda found: "Schulung abgesagt – Courir la nuit" in found)


def test_who_pays_a_training_that_is_cancelled_meanwhile_gets_it_back_reg_8(
    deployed_stack: DeployedStack, arrive: Arrive
) -> None:
    training_id = open_training(deployed_stack)
    visitor = arrive("nl-NL")
    visitor.register(training_id)
    visitor.pay_with("stripe")
    deployed_stack.stripe("POST", "/chaos", {"pay_expired": 1})

    organizer_cancels(deployed_stack, training_id)
    until(lambda: ended_without_money(deployed_stack, training_id), lambda count: count == 1)
    visitor.press("ok")
    # The money may come only after the page was opened: a look later tells of it.
    for _ in range(30):
        if visitor.section("returned").is_visible():
            break
        visitor.page.wait_for_timeout(1000)
        look_again(visitor)
    shown = visitor.see("returned").inner_text()

    assert say("nl", "called_off.text") in shown
