"""A cart's payment: the moves of every attempt, and what of a capture is compared (SUB-5, REG-3)."""

from dataclasses import replace
from itertools import product

import pytest

from guichet.adapters.dynamo.codec import decode, encode_fields
from guichet.errors import Conflict
from guichet.money import Money
from guichet.payments.attempt import TRANSITIONS, CaptureMethod, PaymentStatus, Purpose
from guichet.payments.cart_payment import CartPayment, names_cart_payment
from tests.support import samples


def test_it_names_its_cart_and_is_called_for_nobody_else() -> None:
    payment = samples.cart_payment()

    assert payment.purpose == Purpose("cart_id", payment.cart_id)
    assert payment.on_behalf_of is None
    assert names_cart_payment(payment.payment_id)
    assert not names_cart_payment("pay_1")


@pytest.mark.parametrize(("before", "after"), list(product(PaymentStatus, PaymentStatus)))
def test_it_only_makes_the_moves_of_every_attempt(
    before: PaymentStatus, after: PaymentStatus
) -> None:
    payment = replace(samples.cart_payment(), status=before)

    if after in TRANSITIONS[before]:
        moved = payment.transition_to(after)
        assert isinstance(moved, CartPayment)
        assert moved == replace(payment, status=after)
    else:
        with pytest.raises(Conflict) as refused:
            payment.transition_to(after)
        assert refused.value.code == f"payment_{before}"


def test_it_stays_a_cart_payment_from_its_first_call_to_its_money() -> None:
    payment = samples.cart_payment()

    opened = payment.opened("cs_1", "https://pay.example/1")
    paid = opened.capturing(samples.NOW).captured(samples.cart_capture())

    assert isinstance(paid, CartPayment)
    assert paid.status is PaymentStatus.CAPTURED
    assert (paid.request_body, paid.session_id, paid.capture_key) == ("", "cs_1", "cpy_1-1-c1")


@pytest.mark.parametrize(
    ("payee", "changes", "differing"),
    [
        pytest.param("", {}, (), id="all as asked"),
        pytest.param("", {"payee": "acct_own"}, (), id="an account that nobody configured"),
        pytest.param("MERCHANT", {"payee": "MERCHANT"}, (), id="the configured account"),
        pytest.param("MERCHANT", {"payee": "OTHER"}, ("payee",), id="another's account"),
        pytest.param("", {"amount": Money(11_799, "JPY")}, ("amount",), id="a yen less"),
        pytest.param("", {"amount": Money(11_800, "CHF")}, ("currency",), id="another currency"),
        pytest.param("", {"reference": "cpy_2"}, ("reference",), id="another's payment"),
        pytest.param("", {"reference": None}, ("reference",), id="nobody's payment"),
    ],
)
def test_what_was_not_asked_is_held(
    payee: str, changes: dict[str, object], differing: tuple[str, ...]
) -> None:
    payment = samples.cart_payment(payee=payee).opened("cs_1", "https://pay.example/1")
    capture = replace(samples.cart_capture(), **changes)  # type: ignore[arg-type]  # fields of many types

    assert payment.mismatches(capture) == differing
    held = payment.captured(capture)
    assert held.status is (PaymentStatus.MISMATCHED if differing else PaymentStatus.CAPTURED)


def test_it_reads_back_from_what_is_stored_as_it_was() -> None:
    payment = replace(
        samples.cart_payment().opened("cs_1", "https://pay.example/1"),
        status=PaymentStatus.CAPTURED,
        capture=replace(samples.cart_capture(), method=CaptureMethod.PAYPAL),
    )

    assert decode(CartPayment, encode_fields(payment)) == payment
