"""One thing spoiled of money that goes back: found by the check (COL-8, MON-4)."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from guichet.verification.findings import Check
from tests.support.kept import Kept
from tests.support.paid_twice import PaidTwice

type Spoil = Callable[[Kept], Any]


@pytest.fixture(scope="module")
def given_back() -> PaidTwice:
    """One payment went back."""
    twice = PaidTwice()
    twice.pay_again()
    twice.tell()
    return twice


@pytest.fixture(scope="module")
def credited() -> PaidTwice:
    """The provider refused to give it back."""
    twice = PaidTwice()
    twice.pay_again()
    refusal = {"refuse": 1, "refusal": "charge_not_refundable"}
    twice.simulator.configure_chaos({"refunds": refusal})
    twice.tell()
    return twice


def kept_of(twice: PaidTwice) -> Kept:
    found = Kept.of(twice.world.dynamo, twice.world.clock.now())
    return Kept(deepcopy(found.state), deepcopy(found.journal), found.now)


def _refund(kept: Kept) -> Any:  # noqa: ANN401 - an item
    return kept.item("OWN_REFUND")


def _payment(kept: Kept) -> Any:  # noqa: ANN401 - same
    return kept.item("INVOICE_PAYMENT", refund_id=_refund(kept)["refund_id"])


def _other(kept: Kept) -> Any:  # noqa: ANN401 - same
    payments = [each for each in kept.state if each["sk"] == "INVOICE_PAYMENT"]
    return next(each for each in payments if "refund_id" not in each)


def _moved(kept: Kept, event: str) -> Any:  # noqa: ANN401 - same
    return kept.entry("own_refund", event)


def _credited_too(kept: Kept) -> None:
    """It went back, and the customer has it as credit besides."""
    postings = _moved(kept, "own_refund.succeeded")["postings"]
    (out,) = postings
    postings.append({**out, "source": "account_credit", "destination": "to_refund"})


def _twice_in_the_books(kept: Kept) -> None:
    postings = _moved(kept, "own_refund.succeeded")["postings"]
    postings.extend(deepcopy(postings))


def _twin(kept: Kept) -> None:
    """As if two workers had each given it back."""
    twin = deepcopy(_refund(kept))
    twin.update(refund_id="orf_twin", pk="OWN_REFUND#orf_twin")
    kept.state.append(twin)


GIVEN_BACK = [
    pytest.param(Check.RETURN_BOOKS, _credited_too, id="back, and credit besides"),
    pytest.param(Check.RETURN_BOOKS, _twice_in_the_books, id="twice out of the balance"),
    pytest.param(
        Check.RETURN_BOOKS,
        lambda kept: _moved(kept, "own_refund.succeeded").update(postings=[]),
        id="back, and not in the books",
    ),
    pytest.param(
        Check.RETURN_BOOKS,
        lambda kept: _refund(kept).update(status="credited"),
        id="out of the balance, and called credit",
    ),
    pytest.param(Check.RETURNS, _twin, id="two refunds"),
    pytest.param(
        Check.RETURNS,
        lambda kept: kept.state.remove(_refund(kept)),
        id="a refund that is not there",
    ),
    pytest.param(
        Check.RETURNS,
        lambda kept: kept.state.remove(_payment(kept)),
        id="of a payment that is not there",
    ),
    pytest.param(
        Check.RETURNS,
        lambda kept: _payment(kept).pop("refund_id"),
        id="of a payment that is kept",
    ),
    pytest.param(
        Check.RETURNS,
        lambda kept: _other(kept).update(refund_id=_refund(kept)["refund_id"]),
        id="of the payment that paid",
    ),
    pytest.param(
        Check.RETURNS, lambda kept: _refund(kept)["amount"].update(amount_minor=1), id="of a part"
    ),
    pytest.param(
        Check.RETURNS,
        lambda kept: _refund(kept).update(account_id="acc_other"),
        id="to another account",
    ),
    pytest.param(
        Check.CHARGE_BOOKS,
        lambda kept: _payment(kept).pop("refund_id"),
        id="kept, and booked as going back",
    ),
    pytest.param(
        Check.ATTEMPTS,
        lambda kept: _payment(kept).pop("refund_id"),
        id="two payments of one invoice",
    ),
    pytest.param(
        Check.ALARMED,
        lambda kept: kept.entry("invoice_payment", "invoice_payment.not_taken").update(events=[]),
        id="nobody told that it came twice",
    ),
    pytest.param(
        Check.DUE,
        lambda kept: _refund(kept).update(status="requested"),
        id="waiting, and nobody sends it",
    ),
    pytest.param(
        Check.STATES,
        lambda kept: kept.entry("own_refund")["after"].update(status="succeeded"),
        id="a life that begins at its end",
    ),
]
CREDITED = [
    pytest.param(
        Check.RETURN_BOOKS,
        lambda kept: _moved(kept, "own_refund.credited").update(postings=[]),
        id="credit that is not in the books",
    ),
    pytest.param(
        Check.OWED,
        lambda kept: kept.item("BALANCE#").update(credit_minor=0),
        id="credit that the customer does not have",
    ),
    pytest.param(
        Check.ALARMED,
        lambda kept: _moved(kept, "own_refund.credited").update(events=[]),
        id="nobody told that it is credit",
    ),
    pytest.param(
        Check.RETURN_BOOKS,
        lambda kept: _refund(kept).update(went_after_all_at="2026-01-01T00:00:00.000000Z"),
        id="known to have gone out, and credit without a claim",
    ),
    pytest.param(
        Check.ALARMED,
        lambda kept: _refund(kept).update(went_after_all_at="2026-01-01T00:00:00.000000Z"),
        id="nobody told that it went out after all",
    ),
]


@pytest.mark.parametrize("story", ["given_back", "credited"])
def test_where_nothing_is_wrong_nothing_is_found_col_8(
    story: str, request: pytest.FixtureRequest
) -> None:
    report = kept_of(request.getfixturevalue(story)).judged()

    assert report.findings == []
    assert report.judged[Check.RETURN_BOOKS] == 1
    assert report.judged[Check.RETURNS] == 3  # one of the order


@pytest.mark.parametrize(("check", "spoil"), GIVEN_BACK)
def test_what_is_spoiled_of_money_given_back_is_found_col_8(
    given_back: PaidTwice, check: Check, spoil: Spoil
) -> None:
    kept = kept_of(given_back)
    spoil(kept)

    assert check in {each.check for each in kept.judged().findings}


@pytest.mark.parametrize(("check", "spoil"), CREDITED)
def test_what_is_spoiled_of_money_that_became_credit_is_found_col_8(
    credited: PaidTwice, check: Check, spoil: Spoil
) -> None:
    kept = kept_of(credited)
    spoil(kept)

    assert check in {each.check for each in kept.judged().findings}
