"""When an approved page is captured, and what not knowing means: pure decisions (REG-4, REG-8, BAD-16)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from guichet.payments.payment import Payment, PaymentStatus
from guichet.registration.capturing import (
    abandoned,
    parked,
    still_wants_capture,
    to_capture,
    unanswered,
)
from guichet.registration.outcome import Decision, Situation
from guichet.registration.registration import Registration, RegistrationStatus
from tests.support.samples import NOW, PAYMENT_ID, payment, registration, training

R, P = RegistrationStatus, PaymentStatus
OTHER = "pay_other"


def situation(
    status: RegistrationStatus,
    paying: PaymentStatus,
    *,
    lease: str | None,
    seat_may_be_left: bool = True,
) -> Situation:
    return Situation(
        training=training(),
        registration=registration(
            status=status,
            open_payment_id=lease,
            hold=registration().hold if status is R.AWAITING_PAYMENT else None,
        ),
        payment=payment(status=paying, session_id="5O190127TN364715T"),
        uses_per_email=1,
        now=NOW,
        denied_hold=timedelta(hours=72),
        session=timedelta(minutes=31),
        seat_may_be_left=seat_may_be_left,
    )


WANTED = {
    # The page that holds the lease.
    (R.AWAITING_PAYMENT, P.OPEN, PAYMENT_ID, True),
    (R.AWAITING_PAYMENT, P.OPEN, PAYMENT_ID, False),
    # An ended one that nobody has replaced, while there is a seat.
    (R.AWAITING_PAYMENT, P.EXPIRED, None, True),
    (R.EXPIRED, P.EXPIRED, None, True),
}
CASES = list(product(R, P, (None, PAYMENT_ID, OTHER), (True, False)))


@pytest.mark.parametrize(("status", "paying", "lease", "seat"), CASES)
def test_only_a_page_that_buys_a_seat_is_captured_reg_4_bad_16(
    status: RegistrationStatus,
    paying: PaymentStatus,
    lease: str | None,
    seat: bool,  # noqa: FBT001 - a column of the table
) -> None:
    decision = to_capture(situation(status, paying, lease=lease, seat_may_be_left=seat))

    assert bool(decision.changes) is ((status, paying, lease, seat) in WANTED)
    for change in decision.changes:
        assert change.before is not None
        assert change.after.version == change.before.version + 1
    assert not any(change.postings for change in decision.changes), "nothing has moved yet"


def test_each_intent_has_a_key_of_its_own_bad_11() -> None:
    first = _payment_of(to_capture(situation(R.AWAITING_PAYMENT, P.OPEN, lease=PAYMENT_ID)))
    again = replace(first, status=P.OPEN).capturing(NOW)

    assert first.capture_key == f"{PAYMENT_ID}-1-c1"
    assert again.capture_key == f"{PAYMENT_ID}-1-c2"


def test_a_page_that_nobody_replaced_takes_the_lease_again_reg_4() -> None:
    decision = to_capture(situation(R.AWAITING_PAYMENT, P.EXPIRED, lease=None))

    (leased,) = [c.after for c in decision.changes if isinstance(c.after, Registration)]
    assert leased.open_payment_id == PAYMENT_ID
    assert leased.status is R.AWAITING_PAYMENT


@pytest.mark.parametrize(
    ("status", "lease", "seat", "wanted"),
    [
        pytest.param(R.AWAITING_PAYMENT, PAYMENT_ID, False, True, id="still its page"),
        pytest.param(R.PROCESSING, PAYMENT_ID, False, True, id="unknown so far"),
        pytest.param(R.EXPIRED, None, True, True, id="late with a seat"),
        pytest.param(R.EXPIRED, None, False, False, id="late without a seat"),
        pytest.param(R.AWAITING_PAYMENT, OTHER, True, False, id="another page now"),
        pytest.param(R.CANCELLED, None, True, False, id="cancelled meanwhile"),
        pytest.param(R.CONFIRMED, None, True, False, id="paid meanwhile"),
    ],
)
def test_an_intent_that_never_reached_the_provider_is_dropped_when_nobody_wants_it_reg_8(
    status: RegistrationStatus,
    lease: str | None,
    seat: bool,  # noqa: FBT001 - a column of the table
    wanted: bool,  # noqa: FBT001 - same
) -> None:
    given = situation(status, P.CAPTURING, lease=lease, seat_may_be_left=seat)

    assert still_wants_capture(given) is wanted


@pytest.mark.parametrize(
    ("minutes", "alarms"),
    [(0, []), (59, []), (60, ["payment.unknown_for_long"]), (600, ["payment.unknown_for_long"])],
)
def test_a_capture_without_an_answer_keeps_the_seat_and_alarms_after_an_hour_reg_8(
    minutes: int, alarms: list[str]
) -> None:
    given = situation(R.AWAITING_PAYMENT, P.CAPTURING, lease=PAYMENT_ID)
    later = replace(given, now=given.payment.started_at + timedelta(minutes=minutes))

    decision = unanswered(later)

    asked = _payment_of(decision)
    assert asked.status is P.CAPTURING
    assert asked.asked_count > given.payment.asked_count
    assert _registration_of(decision).status is R.PROCESSING
    assert [each.name for each in decision.changes[0].events] == alarms


def test_what_cant_be_asked_any_more_waits_for_a_person_with_its_seat_reg_8() -> None:
    decision = parked(situation(R.AWAITING_PAYMENT, P.CAPTURING, lease=PAYMENT_ID))

    assert _payment_of(decision).status is P.PARKED
    assert _registration_of(decision).status is R.PROCESSING


def test_an_uncaptured_page_that_cant_be_asked_about_is_given_up_bad_16() -> None:
    decision = abandoned(situation(R.AWAITING_PAYMENT, P.OPEN, lease=PAYMENT_ID))

    assert _payment_of(decision).status is P.ABANDONED
    assert _payment_of(decision).is_final
    assert _registration_of(decision).open_payment_id is None


def _payment_of(decision: Decision) -> Payment:
    (found,) = [change.after for change in decision.changes if isinstance(change.after, Payment)]
    return found


def _registration_of(decision: Decision) -> Registration:
    (found,) = [c.after for c in decision.changes if isinstance(c.after, Registration)]
    return found
