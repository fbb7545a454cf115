"""Whom Stripe's events about stored methods and their charges hint at: whom to ask, no more."""

import json
from pathlib import Path

import pytest

from guichet.adapters.stripe.webhooks import OWN_ENDPOINT_EVENTS, parse_event, read_hint
from guichet.payments.ports import Hint
from guichet.registration.provider_event import ProviderEvent
from tests.support.methods import (
    MethodShop,
    a_charge,
    a_setup,
    known_as,
    method_shop,
    stored,
    with_setup_page,
)
from tests.support.stripe import STARTED_AT
from tests.support.stripe_calls import ORGANIZER

README = Path(__file__).resolve().parents[3] / "README.md"


def hints_of(shop: MethodShop, account: str | None = None) -> dict[str, Hint]:
    """What the webhooks that are due hint at, as they come or as another account's."""
    shop.clock.advance(seconds=1)
    found = {}
    for each in shop.simulator.take_webhooks():
        event = parse_event(each.body)
        told = event.account if account is None else account
        body = each.body.decode()
        found[event.kind] = read_hint(
            ProviderEvent("stripe", event.event_id, event.kind, told, body, STARTED_AT)
        )
    return found


@pytest.fixture
def shop() -> MethodShop:
    return method_shop()


def test_what_a_setup_comes_to_hints_at_it(shop: MethodShop):
    """COL-1, EXT-2."""
    _, ended = with_setup_page(shop.provider, a_setup(shop.provider, setup_id="set_2"))
    stored(shop, "bank")
    shop.simulator.agree(ended, "declined")
    shop.clock.advance(hours=1)

    hints = hints_of(shop)

    assert hints["checkout.session.completed"] == Hint(setup_id="set_1")
    assert hints["setup_intent.succeeded"] == Hint(setup_id="set_1")
    assert hints["setup_intent.setup_failed"] == Hint(setup_id="set_2")
    assert hints["checkout.session.expired"] == Hint(setup_id="set_2")


def test_what_becomes_of_a_charge_hints_at_it(shop: MethodShop):
    """COL-4, COL-10: paid, declined, asked about, ended, on its way."""
    for number, chosen in enumerate(("visa", "stolen_card", "authentication_required", "bank")):
        token = stored(shop, chosen, setup_id=f"set_{number}").token
        charge = a_charge(shop.provider, token, payment_id=f"ipy_{number}")
        known = known_as(charge, shop.provider.charge(charge))
        if chosen == "authentication_required":
            shop.provider.cancel_charge(known)

    hints = hints_of(shop)

    told = {kind: hint for kind, hint in hints.items() if kind.startswith("payment_intent.")}
    assert told["payment_intent.succeeded"] == Hint(invoice_payment_id="ipy_0")
    assert told["payment_intent.processing"] == Hint(invoice_payment_id="ipy_3")
    assert told["payment_intent.requires_action"] == Hint(invoice_payment_id="ipy_2")
    assert told["payment_intent.canceled"] == Hint(invoice_payment_id="ipy_2")
    assert told["payment_intent.payment_failed"].invoice_payment_id in {"ipy_1", "ipy_2"}
    assert set(told) - {"payment_intent.created"} <= set(OWN_ENDPOINT_EVENTS)


def test_a_returned_debit_hints_at_the_charge_by_its_name(shop: MethodShop):
    """INV-5: a dispute repeats no id of ours."""
    charge = a_charge(shop.provider, stored(shop, "bank").token)
    charge = known_as(charge, shop.provider.charge(charge))
    shop.simulator.settle_charge(charge.provider_charge_id or "")
    shop.simulator.return_charge(charge.provider_charge_id or "")

    hint = hints_of(shop)["charge.dispute.created"]

    assert hint == Hint(disputed_charge_id=charge.provider_charge_id)
    assert not hint.is_outside


def test_a_detached_method_is_named(shop: MethodShop):
    token = stored(shop).token
    shop.provider.detach(token)

    assert hints_of(shop)["payment_method.detached"] == Hint(detached_token=token.token_id)


def test_a_refund_of_a_charge_hints_at_both():
    """COL-11."""
    event = {
        "id": "evt_1",
        "type": "refund.updated",
        "data": {
            "object": {
                "id": "re_1",
                "object": "refund",
                "metadata": {"payment_id": "ipy_1", "refund_id": "ref_1"},
            }
        },
    }
    stored_event = ProviderEvent(
        "stripe", "evt_1", "refund.updated", "", json.dumps(event), STARTED_AT
    )

    assert read_hint(stored_event) == Hint(invoice_payment_id="ipy_1", refund_id="ref_1")


def test_an_organizers_event_never_hints_at_a_charge_or_a_method_of_the_operators(
    shop: MethodShop,
):
    """EXT-2: an organizer can write any metadata, and is not the operator."""
    charge = a_charge(shop.provider, stored(shop, "bank").token)
    charge = known_as(charge, shop.provider.charge(charge))
    shop.simulator.settle_charge(charge.provider_charge_id or "")
    shop.provider.detach(charge.method)

    assert set(hints_of(shop, ORGANIZER).values()) == {Hint()}


def test_an_endpoint_of_ones_own_is_told_what_the_readme_says():
    """EXT-2: Stripe's list of events takes 20 types at most."""
    readme = README.read_text()

    assert len(OWN_ENDPOINT_EVENTS) <= 20
    assert [each for each in OWN_ENDPOINT_EVENTS if each not in readme] == []
