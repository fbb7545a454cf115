"""One thing spoiled of what collects invoices: found by the check (COL-8, MON-4)."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from guichet.money import Money
from guichet.payments.attempt import Capture
from guichet.payments.invoice_payment import ChargeStatus
from guichet.payments.stored_method import ChargeReport, ChargeState
from guichet.verification.findings import Check
from tests.support.autopaying import COLLECTING_CHECKS, Autopaying
from tests.support.kept import Kept
from tests.support.verified import assert_verified

type Spoil = Callable[[Kept], Any]


@pytest.fixture(scope="module")
def collecting() -> Autopaying:
    """March was paid by a debit, that of April is on its way."""
    account = Autopaying()
    account.begin("bank", kind="bank_debit")
    payment = account.payment(account.renew())
    assert payment.provider_charge_id is not None
    account.world.stripe.settle_charge(payment.provider_charge_id)
    account.world.settle_down()
    account.billing.until(date(2026, 4, 30))
    return account


@pytest.fixture
def kept(collecting: Autopaying) -> Kept:
    world = collecting.world
    found = Kept.of(world.dynamo, world.clock.now())
    return Kept(deepcopy(found.state), deepcopy(found.journal), found.now)


def test_where_nothing_is_wrong_nothing_is_found(kept: Kept) -> None:
    report = kept.judged()

    assert report.findings == []
    assert report.judged[Check.CHARGE_BOOKS] == 2
    assert report.judged[Check.CHARGES] == 2
    assert report.judged[Check.LEASES] == report.judged[Check.ATTEMPTS] == 3  # one of the order


def _paid(kept: Kept) -> Any:  # noqa: ANN401 - an item
    return kept.item("INVOICE_PAYMENT", status="captured")


def _debited(kept: Kept) -> Any:  # noqa: ANN401 - same
    return kept.item("INVOICE_PAYMENT", status="processing")


def _invoice(kept: Kept, payment: Any) -> Any:  # noqa: ANN401 - same
    return kept.item("INVOICE#", invoice_id=payment["invoice_id"])


def _bill(kept: Kept) -> Any:  # noqa: ANN401 - same
    bills = kept.item("BALANCE#")["bills"]
    return next(each for each in bills if each.get("is_leased"))


def _booked(kept: Kept) -> Any:  # noqa: ANN401 - same
    return kept.entry("invoice_payment", "invoice_payment.captured")


def _charge(kept: Kept, payment: Any) -> Any:  # noqa: ANN401 - same
    return kept.item("CHARGE", payment_id=payment["payment_id"])


def _another_attempt(kept: Kept) -> None:
    """As if two workers had collected one invoice."""
    twin = deepcopy(_debited(kept))
    twin.update(payment_id="ipy_twin", pk="INVOICE_PAYMENT#ipy_twin")
    kept.state.append(twin)


def _counted_for_ever(kept: Kept) -> None:
    """A place in COL-3's count that nobody gives back."""
    payment = _debited(kept)
    kept.item("DECLINES")["tried"] = [
        {
            "attempt_id": payment["payment_id"],
            "method_id": payment["method_id"],
            "invoice_ids": [payment["invoice_id"]],
        }
    ]


SPOILED = [
    pytest.param(
        Check.LEASES,
        lambda kept: _invoice(kept, _debited(kept)).update(open_payment_id="ipy_gone"),
        id="leased by nobody",
    ),
    pytest.param(
        Check.LEASES,
        lambda kept: _invoice(kept, _debited(kept)).pop("open_payment_id"),
        id="an open attempt without the lease",
    ),
    pytest.param(
        Check.LEASES,
        lambda kept: _invoice(kept, _paid(kept)).update(open_payment_id=_paid(kept)["payment_id"]),
        id="leased by an attempt that is over",
    ),
    pytest.param(Check.LEASES, _another_attempt, id="two open attempts"),
    pytest.param(
        Check.LEASES,
        lambda kept: _bill(kept).update(is_leased=False),
        id="free in the balance",
    ),
    pytest.param(
        Check.LEASES,
        lambda kept: kept.item("BALANCE#").update(bills=[]),
        id="in no balance",
    ),
    pytest.param(Check.COUNTED, _counted_for_ever, id="a place that is never given back"),
    pytest.param(
        Check.ATTEMPTS,
        lambda kept: kept.state.remove(_invoice(kept, _paid(kept))),
        id="no invoice",
    ),
    pytest.param(
        Check.ATTEMPTS,
        lambda kept: _invoice(kept, _paid(kept)).update(payment_ids=[]),
        id="an attempt that is not named",
    ),
    pytest.param(
        Check.ATTEMPTS,
        lambda kept: _invoice(kept, _paid(kept)).update(payment_count=2),
        id="counted wrongly",
    ),
    pytest.param(
        Check.ATTEMPTS,
        lambda kept: _invoice(kept, _paid(kept)).update(last_payment_id="ipy_other"),
        id="another last attempt",
    ),
    pytest.param(
        Check.ATTEMPTS,
        lambda kept: _invoice(kept, _paid(kept)).update(paid_minor=1),
        id="paid less than came",
    ),
    pytest.param(
        Check.ATTEMPTS,
        lambda kept: _paid(kept).pop("capture"),
        id="captured without a capture",
    ),
    pytest.param(
        Check.CHARGE_BOOKS,
        lambda kept: _booked(kept)["postings"].pop(),
        id="a posting left out",
    ),
    pytest.param(
        Check.CHARGE_BOOKS,
        lambda kept: _booked(kept).update(postings=_booked(kept)["postings"] * 2),
        id="booked twice",
    ),
    pytest.param(
        Check.CHARGE_BOOKS,
        lambda kept: _booked(kept)["postings"][0].update(amount_minor=1),
        id="booked otherwise",
    ),
    pytest.param(
        Check.CHARGES,
        lambda kept: kept.state.remove(_charge(kept, _paid(kept))),
        id="not found by its provider's name",
    ),
    pytest.param(
        Check.CHARGES,
        lambda kept: _charge(kept, _paid(kept)).update(payment_id="ipy_gone"),
        id="a name that leads nowhere",
    ),
    pytest.param(
        Check.CHARGES,
        lambda kept: _debited(kept).pop("provider_charge_id"),
        id="a name that it does not know",
    ),
    pytest.param(
        Check.CURRENT,
        lambda kept: kept.state.remove(_paid(kept)),
        id="no payment",
    ),
    pytest.param(
        Check.STATES,
        lambda kept: kept.entry("invoice_payment")["after"].update(status="captured"),
        id="a life that begins at its end",
    ),
    pytest.param(Check.DUE, lambda kept: _debited(kept).pop("due_key"), id="nobody asks about it"),
    pytest.param(
        Check.ALARMED,
        lambda kept: _debited(kept).update(status="parked"),
        id="parked without an alarm",
    ),
    pytest.param(
        Check.ALARMED,
        lambda kept: _paid(kept).update(status="returned"),
        id="taken back without an alarm",
    ),
]


@pytest.mark.parametrize(("check", "spoil"), SPOILED)
def test_what_is_spoiled_is_found_col_8(kept: Kept, check: Check, spoil: Spoil) -> None:
    spoil(kept)

    assert check in {each.check for each in kept.judged().findings}


def test_what_moves_meanwhile_is_not_judged(kept: Kept, collecting: Autopaying) -> None:
    """An invoice that was read before its attempt was written looks like a lost lease."""
    _invoice(kept, _debited(kept)).pop("open_payment_id")

    report = kept.judged(moving_since=collecting.world.clock.now().replace(hour=0, minute=0))

    assert Check.LEASES not in {each.check for each in report.findings}


def test_each_check_is_spoiled_at_least_once() -> None:
    of_returns = {Check.RETURNS, Check.RETURN_BOOKS}  # in test_what_is_found_in_returns.py
    assert {spoiled.values[0] for spoiled in SPOILED} >= COLLECTING_CHECKS - of_returns


def test_money_that_came_otherwise_than_asked_is_credit_and_right_col_8() -> None:
    account = Autopaying()
    account.begin("bank", kind="bank_debit")
    payment = account.payment(account.renew())
    less = Money(10_000, "USD")
    capture = Capture(
        capture_id="ch_1",
        intent_id="pi_1",
        amount=less,
        platform_fee=less.zero(),
        provider_fee=less.zero(),
        platform_fee_id=None,
        captured_at=account.world.clock.now(),
        reference=payment.payment_id,
        payee=payment.payee,
    )
    report = ChargeReport(state=ChargeState.PAID, capture=capture)

    cause = account.world.cause("settle")
    account.billing.parts().charging.record(payment.payment_id, report, cause)

    world = account.world
    assert account.payment(account.renewed()).status is ChargeStatus.MISMATCHED
    assert account.billing.balance().credit == less
    assert_verified(world.dynamo, world.clock.now())
