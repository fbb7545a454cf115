"""Money that came is recorded once for a key, however late it is told again (COL-2, COL-6)."""

from __future__ import annotations

import pytest

from guichet.money import Money
from guichet.replies import Reply
from guichet.subscriptions.balance import AccountBalance
from guichet.subscriptions.use_cases.record_payment import RecordPayment, record_payment
from tests.support.billing import Billing
from tests.support.world import refusal_of


def test_a_payment_told_again_after_many_others_is_not_money_once_more_col_2() -> None:
    billing = Billing()
    first = _received(billing, "first")
    for number in range(25):
        _received(billing, f"other {number}")
    before = billing.world.state()

    again = _received(billing, "first")

    assert (first.replayed, again.replayed) == (False, True)
    assert billing.balance().credit_minor == 2_600
    assert billing.world.state() == before


@pytest.mark.parametrize(("minor", "currency"), [(101, "USD"), (100, "CAD")])
def test_a_key_is_of_one_payment_whatever_balance_it_is_for_reg_10(
    minor: int, currency: str
) -> None:
    billing = Billing()
    _received(billing, "first", entity="ca")
    before = billing.world.state()

    refusal = refusal_of(lambda: _received(billing, "first", Money(minor, currency), entity="ca"))

    assert refusal.code == "idempotency_key_reused"
    assert billing.world.state() == before


def _received(
    billing: Billing, key: str, amount: Money | None = None, *, entity: str = "us"
) -> Reply[AccountBalance]:
    paid = amount or Money(100, "USD")
    command = RecordPayment(entity, paid, "transfer", billing.representative, key, billing.actor())
    return record_payment(command, carts=billing.parts().carts)
