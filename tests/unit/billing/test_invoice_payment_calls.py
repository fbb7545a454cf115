"""Attempts to collect an invoice over HTTP: read, confirmed at the bank, by whom it may (COL-3, COL-4)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from guichet.ledger.journal import Change
from guichet.payments.invoice_payment import ChargeStatus, InvoicePayment
from tests.support.autopaying import BEGIN, Autopaying
from tests.support.billing import Billing
from tests.support.billing_access import ROLES
from tests.support.gateway import Came
from tests.support.paid_twice import PaidTwice
from tests.support.quiet_world import QuietWorld
from tests.support.unchanged import nothing_written
from tests.support.world import TestClock
from tests.unit.billing.conftest import Call

LIST = "GET /v1/invoices/{}/payments"
ACTION = "POST /v1/invoice-payments/{}/action"
RETURN = "POST /v1/invoice-payments/{}/return"


@pytest.fixture
def billing() -> Billing:
    world = QuietWorld(clock=TestClock(BEGIN), stores_methods_at_providers=True)
    return Billing(world, flat_tax=True)


@pytest.fixture
def account(billing: Billing) -> Autopaying:
    return Autopaying(billing)


@pytest.fixture
def waiting(account: Autopaying) -> InvoicePayment:
    """The bank asks its customer."""
    account.begin("authentication_required")
    payment = account.payment(account.renew())
    assert payment.status is ChargeStatus.REQUIRES_ACTION
    return payment


def attempts(account: Autopaying, call: Call) -> list[dict[str, object]]:
    answer = call("GET", f"/v1/invoices/{account.renewed().invoice_id}/payments")
    assert answer.status == 200, answer.text
    items: list[dict[str, object]] = answer.body["items"]
    return items


def asked(call: Call, route: str, identity: str, by: str = "owner") -> Came:
    method, _, path = route.format(identity).partition(" ")
    return call(method, path, by=by)


def test_a_paid_invoice_shows_by_what_it_was_paid_inv_9(account: Autopaying, call: Call) -> None:
    method = account.begin()
    payment = account.payment(account.renew())

    (shown,) = attempts(account, call)

    assert payment.ended_at is not None
    assert shown == {
        "payment_id": payment.payment_id,
        "version": payment.version,
        "invoice_id": payment.invoice_id,
        "status": "captured",
        "amount": {"amount_minor": 10_800, "currency": "USD"},
        "method": {
            "payment_method_id": method.method_id,
            "kind": "card",
            "brand": "visa",
            "last4": "4242",
        },
        "started_at": payment.started_at.isoformat().replace("+00:00", "Z"),
        "ended_at": payment.ended_at.isoformat().replace("+00:00", "Z"),
        "decline_code": None,
        "next_try_at": None,
        "action_until": None,
        "refund": None,
    }


@pytest.mark.parametrize(
    ("chosen", "code", "is_tried_again"),
    [
        pytest.param("insufficient_funds", "insufficient_funds", True, id="too little money"),
        pytest.param("generic_decline", "declined", True, id="the bank says no"),
        pytest.param("stolen_card", "declined", False, id="stolen, which is not ours to say"),
    ],
)
def test_a_declined_attempt_says_why_in_our_words_and_when_it_may_be_tried_again_col_3(
    account: Autopaying, call: Call, chosen: str, code: str, *, is_tried_again: bool
) -> None:
    account.begin(chosen)
    account.renew()

    (shown,) = attempts(account, call)

    assert (shown["status"], shown["decline_code"]) == ("declined", code)
    assert (shown["next_try_at"] is not None) is is_tried_again


def test_all_attempts_are_listed_the_newest_first_inv_9(account: Autopaying, call: Call) -> None:
    account.begin("insufficient_funds")
    first = account.payment(account.renew())
    invoice = account.renewed()
    charging = account.billing.parts().charging
    cause = account.world.cause("test")
    account.pass_time(hours=2)
    again = _due_again(account)
    charging.collect(account.billing.account_id, again, cause)
    account.world.settle_down()

    shown = attempts(account, call)

    ids = account.renewed().payment_ids
    assert ids[0] == first.payment_id
    assert len(ids) == 2
    assert [each["payment_id"] for each in shown] == list(reversed(ids))
    assert [each["next_try_at"] is None for each in shown] == [False, True]
    assert invoice.invoice_id == again


def _due_again(account: Autopaying) -> str:
    """As dunning asks for it."""
    invoice = account.renewed()
    after = replace(invoice, collect_at=account.world.clock.now(), version=invoice.version + 1)
    account.billing.parts().charges.save(account.world.cause("test"), [Change(invoice, after)])
    return invoice.invoice_id


def test_an_invoice_that_nothing_was_collected_of_has_no_attempts(
    billing: Billing, call: Call
) -> None:
    billing.buy(billing.webinar())
    (invoice,) = call("GET", "/v1/invoices").body["items"]

    answer = call("GET", f"/v1/invoices/{invoice['invoice_id']}/payments")

    assert (answer.status, answer.body) == (200, {"items": []})


def test_the_customer_answers_their_bank_days_later_and_the_invoice_is_paid_col_4(
    account: Autopaying, call: Call, waiting: InvoicePayment
) -> None:
    (shown,) = attempts(account, call)
    assert (shown["status"], shown["ended_at"]) == ("requires_action", None)
    assert waiting.action_since is not None
    assert str(shown["action_until"]).startswith("2026-04-07T")
    account.pass_time(days=4)

    opened = asked(call, ACTION, waiting.payment_id)
    assert opened.status == 200, opened.text
    assert "/_stripe/authenticate/" in opened.body["redirect_url"]
    assert opened.body["payment"]["status"] == "requires_action"
    assert waiting.provider_charge_id is not None
    account.world.stripe.authenticate_charge(waiting.provider_charge_id)
    back = asked(call, RETURN, waiting.payment_id)

    assert (back.status, back.body["status"]) == (200, "captured")
    assert call("GET", f"/v1/invoices/{waiting.invoice_id}").body["status"] == "paid"
    assert account.charged() == 10_800


def test_who_comes_back_again_and_again_asks_the_provider_once_bad_2(
    account: Autopaying, call: Call, waiting: InvoicePayment
) -> None:
    asked(call, RETURN, waiting.payment_id)
    before = account.payment(account.renewed()).version

    for _ in range(3):
        assert asked(call, RETURN, waiting.payment_id).status == 200

    assert account.payment(account.renewed()).version == before


@pytest.mark.parametrize("language", ["en", "fr", "de", "it", "es", "pt", "nl"])
@pytest.mark.parametrize(
    ("chosen", "status"),
    [("visa", "captured"), ("insufficient_funds", "declined"), ("bank", "processing")],
)
def test_where_nothing_waits_for_the_customer_nothing_is_opened_col_4(
    account: Autopaying, call: Call, chosen: str, status: str, language: str
) -> None:
    account.begin(chosen, kind="bank_debit" if chosen == "bank" else "card")
    payment = account.payment(account.renew())
    path = f"/v1/invoice-payments/{payment.payment_id}/action"

    with nothing_written(account.world.dynamo):
        refused = call("POST", path, headers={"accept-language": language})

    assert (refused.status, refused.code) == (409, f"payment_{status}")
    assert refused.body["rule"] == "COL-4"
    assert refused.headers["content-language"] == language


@pytest.mark.parametrize("route", [ACTION, RETURN])
def test_only_who_manages_payment_methods_answers_a_bank_col_10(
    account: Autopaying, call: Call, waiting: InvoicePayment, route: str
) -> None:
    store = account.world.dynamo
    before = store.snapshot()

    came = {}
    for role in ROLES:
        store.restore(before)
        came[role] = asked(call, route, waiting.payment_id, role).status

    allowed = {role for role, status in came.items() if status == 200}
    assert allowed == {"owner", "payer"}
    assert came["representative"] == 403  # nobody pays for a customer
    assert came["foreign"] == 404
    assert set(came.values()) == {200, 403, 404}


@pytest.mark.parametrize("route", [ACTION, RETURN])
def test_who_is_refused_changes_nothing_acc_2(
    account: Autopaying, call: Call, waiting: InvoicePayment, route: str
) -> None:
    with nothing_written(account.world.dynamo):
        theirs = asked(call, route, waiting.payment_id, "foreign")
        absent = asked(call, route, "ipy_nothing", "foreign")
        asked(call, route, waiting.payment_id, "representative")

    assert theirs.status == absent.status == 404
    assert theirs.text.replace(waiting.payment_id, "") == absent.text.replace("ipy_nothing", "")


def test_who_sees_invoices_sees_their_attempts_acc_1(call: Call, waiting: InvoicePayment) -> None:
    came = {role: asked(call, LIST, waiting.invoice_id, role).status for role in ROLES}

    seen = {role for role, status in came.items() if status == 200}
    assert seen == {"owner", "clerk", "representative", "auditor"}
    assert came["foreign"] == 404


def test_what_was_paid_twice_is_shown_with_its_way_back_col_8(call: Call, billing: Billing) -> None:
    twice = PaidTwice(account=Autopaying(billing))
    twice.pay_again()
    twice.tell()

    second, first = attempts(twice.account, call)

    refund = twice.refund()
    assert refund.ended_at is not None
    assert (second["status"], second["refund"]) == ("captured", None)
    assert first["status"] == "captured"
    assert first["refund"] == {
        "refund_id": refund.refund_id,
        "status": "succeeded",
        "reason": "paid_twice",
        "amount": {"amount_minor": 10_800, "currency": "USD"},
        "requested_at": refund.requested_at.isoformat().replace("+00:00", "Z"),
        "ended_at": refund.ended_at.isoformat().replace("+00:00", "Z"),
    }
