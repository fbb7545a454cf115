"""What a provider's answer means for every state of registration and payment, as a table (REG-4, REG-8).

BAD-4: an answer that is older than what is known changes nothing.
"""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Final

import pytest

from guichet.ledger.postings import balances
from guichet.payments.payment import Capture, Payment, PaymentStatus
from guichet.payments.ports import SessionReport, SessionState
from guichet.payments.refund import Refund, RefundReason
from guichet.registration.outcome import Decision, Situation, decide
from guichet.registration.ports import RefundCounted
from guichet.registration.refund_planning import Planned, requested
from guichet.registration.registration import HoldKind, PaidBy, Registration, RegistrationStatus
from guichet.registration.training import Training, TrainingStatus
from tests.support.samples import NOW, PAYMENT_ID, capture, payment, refund, registration, training

R, P, S = RegistrationStatus, PaymentStatus, SessionState
HOURS_72: Final = timedelta(hours=72)
SESSION: Final = timedelta(minutes=31)

CONFIRMED: Final = (
    "payment captured",
    "registration confirmed",
    "mail confirmed",
    "mail organizer_new_registration",
)
TAKEN_AGAIN: Final = (*CONFIRMED, "TakeSeat", "TakeEmail")
FINAL: Final = (P.CAPTURED, P.MISMATCHED, P.FAILED, P.ABANDONED, P.PARKED)
NOTHING: Final = ()


def returned(reason: str) -> tuple[str, ...]:
    return ("payment captured", f"refund requested: {reason}", "RefundCounted")


def rows(
    awaiting: tuple[str, ...],
    processing: tuple[str, ...],
    confirmed: tuple[str, ...],
    expired: tuple[str, ...],
    ended: tuple[str, ...],
) -> dict[RegistrationStatus, tuple[str, ...]]:
    """A row for each status of a registration; cancelled, rejected and pending are alike."""
    return {
        R.AWAITING_PAYMENT: awaiting,
        R.PROCESSING: processing,
        R.CONFIRMED: confirmed,
        R.EXPIRED: expired,
        R.CANCELLED: ended,
        R.REJECTED: ended,
        R.PENDING_APPROVAL: ended,
    }


PAID: Final = rows(
    CONFIRMED, CONFIRMED, returned("paid_twice"), TAKEN_AGAIN, returned("registration_ended")
)
DENIED: Final = rows(
    ("payment failed", "registration awaiting_payment", "mail payment_failed"),
    ("payment failed", "registration awaiting_payment", "mail payment_failed"),
    *([("payment failed",)] * 3),
)
NO_CHANGE: Final = rows(*([NOTHING] * 5))
ALONE: Final = ("payment processing",)

TABLE: Final = {
    (P.OPEN, S.PAID): PAID,
    (P.OPEN, S.PROCESSING): rows((*ALONE, "registration processing"), ALONE, ALONE, ALONE, ALONE),
    (P.OPEN, S.DENIED): DENIED,
    (P.OPEN, S.ENDED): rows(
        ("payment expired", "registration awaiting_payment"),
        ("payment expired", "registration processing"),
        *([("payment expired",)] * 3),
    ),
    (P.OPEN, S.UNPAID): NO_CHANGE,
    (P.CAPTURING, S.PAID): PAID,
    (P.CAPTURING, S.PROCESSING): rows(
        (*ALONE, "registration processing"), ALONE, ALONE, ALONE, ALONE
    ),
    # The buyer is there and is told; where it was unknown for a while, a mail has to tell.
    (P.CAPTURING, S.DENIED): rows(
        ("payment failed", "registration awaiting_payment"),
        DENIED[R.PROCESSING],
        *([("payment failed",)] * 3),
    ),
    (P.CAPTURING, S.DECLINED): rows(
        ("payment open",), DENIED[R.PROCESSING], *([("payment expired",)] * 3)
    ),
    (P.CAPTURING, S.ENDED): rows(
        ("payment expired", "registration awaiting_payment"),
        ("payment expired", "registration awaiting_payment", "mail payment_failed"),
        *([("payment expired",)] * 3),
    ),
    (P.CAPTURING, S.UNPAID): NO_CHANGE,
    (P.PROCESSING, S.PAID): PAID,
    (P.PROCESSING, S.PROCESSING): NO_CHANGE,  # until its next question is due
    (P.PROCESSING, S.DENIED): DENIED,
    (P.PROCESSING, S.ENDED): NO_CHANGE,
    (P.PROCESSING, S.UNPAID): NO_CHANGE,
    (P.EXPIRED, S.PAID): PAID,
    (P.EXPIRED, S.DENIED): NO_CHANGE,
    (P.EXPIRED, S.ENDED): NO_CHANGE,
    (P.EXPIRED, S.UNPAID): NO_CHANGE,
    **dict.fromkeys(product(FINAL, S), NO_CHANGE),
    # A buyer's yes is acted upon, never written; a declined one only answers our own capture.
    **dict.fromkeys(
        product((P.OPEN, P.CAPTURING, P.PROCESSING, P.EXPIRED), [S.APPROVED]), NO_CHANGE
    ),
    **dict.fromkeys(product((P.OPEN, P.PROCESSING, P.EXPIRED), [S.DECLINED]), NO_CHANGE),
}
LEASED: Final = frozenset({R.AWAITING_PAYMENT, R.PROCESSING})


def situation(
    status: RegistrationStatus,
    paying: PaymentStatus,
    *,
    event: Training | None = None,
    seat_may_be_left: bool = True,
    leased: bool | None = None,
    code: str | None = None,
) -> Situation:
    holds = status in LEASED and paying is not P.EXPIRED if leased is None else leased
    return Situation(
        training=event or training(),
        registration=registration(
            status=status,
            open_payment_id=PAYMENT_ID if holds else None,
            hold=registration().hold if status is R.AWAITING_PAYMENT else None,
            discount_code_id=code,
        ),
        payment=payment(status=paying, session_id="cs_1"),
        uses_per_email=1,
        now=NOW,
        denied_hold=HOURS_72,
        session=SESSION,
        seat_may_be_left=seat_may_be_left,
    )


def decided(given: Situation, report: SessionReport) -> Decision:
    def refund_for(paid: Payment, captured: Capture, reason: RefundReason) -> Planned:
        sent = refund(payment_id=paid.payment_id, amount=captured.amount, reason=reason)
        return Planned(requested(sent), RefundCounted(paid.payment_id, 0))

    return decide(given, report, refund_for=refund_for)


def report_of(state: SessionState) -> SessionReport:
    return SessionReport(state, capture() if state is S.PAID else None)


def told(decision: Decision) -> tuple[str, ...]:
    """A decision in words, in the order of payment, registration or refund, mails, steps."""
    words: list[str] = []
    mails: list[str] = []
    for change in decision.changes:
        match change.after:
            case Payment() as after:
                words.append(f"payment {after.status}")
            case Registration() as after:
                words.append(f"registration {after.status}")
            case Refund() as after:
                words.append(f"refund {after.status}: {after.reason}")
        mails.extend(f"mail {mail}" for mail in change.mails)
    return (*words, *mails, *(type(step).__name__ for step in decision.steps))


@pytest.mark.parametrize(
    ("paying", "state", "status", "outcome"),
    [
        pytest.param(paying, state, status, outcome, id=f"{paying} {state} {status}")
        for (paying, state), row in TABLE.items()
        for status, outcome in row.items()
    ],
)
def test_each_answer_means_what_the_table_says_reg_8_bad_4(
    paying: PaymentStatus,
    state: SessionState,
    status: RegistrationStatus,
    outcome: tuple[str, ...],
) -> None:
    given = situation(status, paying)

    decision = decided(given, report_of(state))

    assert told(decision) == outcome
    for change in decision.changes:
        if change.before is not None:
            assert change.after.version == change.before.version + 1
    moved = [posting for change in decision.changes for posting in change.postings]
    assert bool(moved) == (state is S.PAID and paying not in FINAL)
    assert sum(balances(moved).values()) == 0


def test_the_table_has_a_row_for_every_pair_that_can_be() -> None:
    # A session exists once the attempt is open; what expired can't be called a debit of old.
    possible = (
        set(product(P, S)) - {(P.CREATED, state) for state in S} - {(P.EXPIRED, S.PROCESSING)}
    )

    assert set(TABLE) == possible


def test_a_page_left_open_that_turns_into_a_debit_is_followed_bad_16() -> None:
    decision = decided(situation(R.EXPIRED, P.EXPIRED), report_of(S.PROCESSING))

    assert told(decision) == ("payment processing",)


@pytest.mark.parametrize(
    ("seconds", "outcome"),
    [
        pytest.param(4, NOTHING, id="out of turn"),
        pytest.param(5, ("payment processing",), id="in its turn"),
    ],
)
def test_a_question_about_a_debit_counts_in_its_turn_alone_reg_8(
    seconds: int, outcome: tuple[str, ...]
) -> None:
    given = situation(R.PROCESSING, P.PROCESSING)
    later = replace(given, now=given.payment.started_at + timedelta(seconds=seconds))

    assert told(decided(later, report_of(S.PROCESSING))) == outcome


@pytest.mark.parametrize(
    ("event", "seat_may_be_left"),
    [
        pytest.param(training(), False, id="no seat"),
        pytest.param(training(status=TrainingStatus.CLOSED), True, id="closed"),
        pytest.param(training(starts_at=NOW), True, id="started"),
    ],
)
def test_late_money_without_a_seat_goes_back_reg_4(
    event: Training, *, seat_may_be_left: bool
) -> None:
    given = situation(R.EXPIRED, P.OPEN, event=event, seat_may_be_left=seat_may_be_left)

    assert told(decided(given, report_of(S.PAID))) == returned("late_without_seat")


def test_a_late_payer_takes_the_discount_use_again_reg_5() -> None:
    given = situation(R.EXPIRED, P.OPEN, code="dsc_1")

    assert told(decided(given, report_of(S.PAID))) == (*TAKEN_AGAIN, "TakeCodeUse")


def test_a_confirmation_by_payment_says_by_whom_and_holds_nothing_reg_8() -> None:
    decision = decided(situation(R.AWAITING_PAYMENT, P.OPEN), report_of(S.PAID))

    confirmed = decision.changes[1].after
    assert isinstance(confirmed, Registration)
    assert confirmed.paid_by is PaidBy.PROVIDER
    assert confirmed.paid_payment_id == PAYMENT_ID
    assert (confirmed.hold, confirmed.open_payment_id) == (None, None)
    assert confirmed.confirmed_at == NOW


def test_a_denied_debit_is_held_72_hours_or_until_the_start_reg_8() -> None:
    long = decided(situation(R.PROCESSING, P.PROCESSING), report_of(S.DENIED)).changes[1].after
    soon = training(starts_at=NOW + timedelta(hours=5))
    short = decided(situation(R.PROCESSING, P.PROCESSING, event=soon), report_of(S.DENIED))
    until_start = short.changes[1].after

    assert isinstance(long, Registration)
    assert isinstance(until_start, Registration)
    assert long.hold is not None
    assert until_start.hold is not None
    assert (long.hold.kind, long.hold.ends_at) == (HoldKind.DENIED_DEBIT, NOW + HOURS_72)
    assert long.hold.limit_at == NOW + HOURS_72 + SESSION
    assert until_start.hold.ends_at == soon.starts_at


def test_a_debit_denied_after_the_start_expires_and_gives_all_back_reg_8_reg_5() -> None:
    given = situation(R.PROCESSING, P.PROCESSING, event=training(starts_at=NOW), code="dsc_1")

    assert told(decided(given, report_of(S.DENIED))) == (
        "payment failed",
        "registration expired",
        "mail expired",
        "FreeSeat",
        "FreeEmail",
        "GiveBackCodeUse",
    )


@pytest.mark.parametrize("status", list(R))
@pytest.mark.parametrize("paying", [P.OPEN, P.PROCESSING, P.EXPIRED])
def test_a_mismatch_is_in_the_books_alarmed_and_confirms_nothing_reg_3(
    status: RegistrationStatus, paying: PaymentStatus
) -> None:
    given = situation(status, paying)
    wrong = SessionReport(S.PAID, replace(capture(), amount=capture().platform_fee))

    decision = decided(given, wrong)

    moves = status is R.AWAITING_PAYMENT and given.holds_lease
    assert told(decision) == (
        "payment mismatched",
        *(("registration processing",) if moves else ()),
        "mail organizer_payment_mismatched",
    )
    parked = decision.changes[0]
    assert [event.name for event in parked.events] == ["payment.mismatched"]
    assert parked.events[0].facts == {
        "registration_id": situation(R.CONFIRMED, P.OPEN).registration.registration_id,
        "payment_id": PAYMENT_ID,
        "differences": "amount",
    }
    assert parked.postings
