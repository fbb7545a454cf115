"""Every life cycle over all pairs of its states: what its table lacks does not happen (BAD-4)."""

from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from itertools import product
from typing import Any, Final

import pytest

from guichet.errors import Conflict
from guichet.payments import account as accounts
from guichet.payments import payment as payments
from guichet.payments import refund as refunds
from guichet.payments.account import PaymentAccountStatus as A
from guichet.payments.payment import PaymentStatus as P
from guichet.payments.refund import RefundStatus as F
from guichet.registration import registration as registrations
from guichet.registration import training as trainings
from guichet.registration.registration import RegistrationStatus as R
from guichet.registration.training import TrainingStatus as T
from guichet.subscriptions import cart as carts
from guichet.subscriptions import seats
from guichet.subscriptions import subscription as subscriptions
from guichet.subscriptions.cart import CartStatus as C
from guichet.subscriptions.seats import SeatStatus as G
from guichet.subscriptions.subscription import SubscriptionStatus as S
from tests.support import billing_samples, samples

# As the rules write them down; the code's own tables are compared, never read.
REG_8: Final = {
    R.PENDING_APPROVAL: {R.AWAITING_PAYMENT, R.REJECTED, R.CANCELLED},
    R.AWAITING_PAYMENT: {R.PROCESSING, R.CONFIRMED, R.EXPIRED, R.CANCELLED},
    R.PROCESSING: {R.CONFIRMED, R.AWAITING_PAYMENT, R.EXPIRED, R.CANCELLED},
    R.CONFIRMED: {R.AWAITING_PAYMENT, R.CANCELLED},
    R.EXPIRED: {R.CONFIRMED, R.CANCELLED},
    R.CANCELLED: set(),
    R.REJECTED: set(),
}
PAYMENT: Final = {
    P.CREATED: {P.OPEN, P.ABANDONED},
    P.OPEN: {
        P.CAPTURING,
        P.PROCESSING,
        P.CAPTURED,
        P.MISMATCHED,
        P.FAILED,
        P.EXPIRED,
        P.ABANDONED,
    },
    P.CAPTURING: {
        P.OPEN,
        P.PROCESSING,
        P.CAPTURED,
        P.MISMATCHED,
        P.FAILED,
        P.EXPIRED,
        P.PARKED,
    },
    P.PROCESSING: {P.CAPTURED, P.MISMATCHED, P.FAILED, P.PARKED},
    P.CAPTURED: set(),
    P.MISMATCHED: {P.CAPTURED},
    P.FAILED: set(),
    P.EXPIRED: {P.CAPTURING, P.PROCESSING, P.CAPTURED, P.MISMATCHED},  # a page paid after all
    P.ABANDONED: set(),
    P.PARKED: {P.CAPTURED, P.FAILED},
}
RFD_6: Final = {
    F.REQUESTED: {F.SUBMITTED, F.SUCCEEDED, F.FAILED},
    F.SUBMITTED: {F.SUCCEEDED, F.FAILED},
    F.SUCCEEDED: {F.FAILED},
    F.FAILED: set(),
}
TRAINING: Final = {
    T.DRAFT: {T.OPEN, T.DELETED},
    T.OPEN: {T.CLOSED, T.CANCELLED},
    T.CLOSED: {T.OPEN, T.CANCELLED},
    T.CANCELLED: set(),
    T.DELETED: set(),
}
PAY_1: Final = {
    A.ONBOARDING: {A.LINKED, A.UNLINKED, A.REVOKED},
    A.LINKED: {A.UNLINKED, A.REVOKED},
    A.UNLINKED: {A.ONBOARDING},
    A.REVOKED: {A.ONBOARDING},
}
SUB_3: Final = {  # and on the date of its cancellation any state but `pending` becomes `expired`
    S.PENDING: {S.ACTIVE, S.ABANDONED},
    S.TRIALING: {S.ACTIVE, S.FREE, S.EXPIRED},
    S.ACTIVE: {S.PAST_DUE, S.EXPIRED},
    S.PAST_DUE: {S.ACTIVE, S.SUSPENDED, S.EXPIRED},
    S.SUSPENDED: {S.ACTIVE, S.EXPIRED},
    S.FREE: {S.ACTIVE, S.EXPIRED},
    S.EXPIRED: {S.ACTIVE},
    S.ABANDONED: set(),
}
SUB_5: Final = {
    C.PENDING: {C.PROCESSING, C.DONE, C.ABANDONED},
    C.PROCESSING: {C.PENDING, C.DONE, C.ABANDONED},
    C.DONE: set(),
    C.ABANDONED: set(),
}
SUB_14: Final = {
    G.INVITED: {G.ACTIVE, G.RELEASED},
    G.ACTIVE: {G.RELEASED},
    G.RELEASED: set(),
}
CYCLES: Final[list[tuple[str, Any, dict[Any, set[Any]]]]] = [
    ("REG-8", samples.registration(), REG_8),
    ("payment", samples.payment(), PAYMENT),
    ("RFD-6", samples.refund(), RFD_6),
    ("REG-1", samples.training(), TRAINING),
    ("PAY-1", samples.payment_account(), PAY_1),
    ("an order's payment", samples.cart_payment(), PAYMENT),
    ("SUB-3", billing_samples.subscription(), SUB_3),
    ("SUB-5", billing_samples.cart(), SUB_5),
    ("SUB-14", billing_samples.seat(), SUB_14),
]
PAIRS: Final = [
    pytest.param(aggregate, before, after, after in moves[before], id=f"{name} {before}-{after}")
    for name, aggregate, moves in CYCLES
    for before, after in product(moves, repeat=2)
]


@pytest.mark.parametrize(("aggregate", "before", "after", "allowed"), PAIRS)
def test_only_the_rules_own_moves_happen(
    aggregate: Any,  # noqa: ANN401 - any life cycle
    before: StrEnum,
    after: StrEnum,
    *,
    allowed: bool,
) -> None:
    at_first = replace(aggregate, status=before)

    if allowed:
        assert at_first.transition_to(after) == replace(at_first, status=after)
    else:
        with pytest.raises(Conflict) as refused:
            at_first.transition_to(after)
        assert refused.value.code.endswith(f"_{before}")


@pytest.mark.parametrize(
    ("table", "states"),
    [
        pytest.param(registrations.TRANSITIONS, R, id="registration"),
        pytest.param(payments.TRANSITIONS, P, id="payment"),
        pytest.param(refunds.TRANSITIONS, F, id="refund"),
        pytest.param(trainings.TRANSITIONS, T, id="training"),
        pytest.param(accounts.TRANSITIONS, A, id="payment account"),
        pytest.param(subscriptions.TRANSITIONS, S, id="subscription"),
        pytest.param(carts.TRANSITIONS, C, id="cart"),
        pytest.param(seats.TRANSITIONS, G, id="seat"),
    ],
)
def test_every_state_has_its_row(table: dict[Any, Any], states: type[StrEnum]) -> None:
    assert set(table) == set(states)


def test_access_is_what_is_tried_paid_or_free_and_never_what_is_ordered_bad_9() -> None:
    assert {S.TRIALING, S.ACTIVE, S.FREE, S.PAST_DUE} == subscriptions.ACCESS
    assert {S.ACTIVE, S.PAST_DUE, S.SUSPENDED} == subscriptions.PAID


def test_seats_are_held_by_who_may_still_come_reg_4() -> None:
    assert {R.AWAITING_PAYMENT, R.PROCESSING, R.CONFIRMED} == registrations.SEATED
    assert registrations.SEATED | {R.PENDING_APPROVAL} == registrations.LIVE


def test_a_refund_owes_the_fee_only_once_the_buyer_has_the_money_rfd_3() -> None:
    refund = samples.refund()

    owing = {each for each in F if replace(refund, status=each).owes_fee}

    assert owing == {F.SUCCEEDED}
    returned = replace(refund, status=F.SUCCEEDED, provider_fee_refund_id="fr_1")
    assert not returned.owes_fee
    assert returned.is_finished
    assert not replace(refund, status=F.SUCCEEDED).is_finished
    assert not replace(refund, status=F.SUCCEEDED, fee=refund.fee.zero()).owes_fee


def test_a_paid_attempt_is_compared_in_amount_currency_payee_and_reference_reg_3() -> None:
    payment = replace(samples.payment(), status=P.OPEN)
    right = samples.capture()
    wrong = {
        "amount": replace(right, amount=samples.usd(11999)),
        "currency": replace(right, amount=samples.eur(12000)),
        "payee": replace(right, payee="acct_other"),
        "reference": replace(right, reference=None),
    }

    assert payment.captured(right).status is P.CAPTURED
    for name, capture in wrong.items():
        assert payment.mismatches(capture) == (name,)
        assert payment.captured(capture).status is P.MISMATCHED


def test_a_call_under_way_ends_after_its_limit_reg_10() -> None:
    payment = replace(samples.payment(), calling_since=samples.NOW)

    assert payment.is_being_called(samples.NOW + timedelta(seconds=29))
    assert not payment.is_being_called(samples.NOW + timedelta(seconds=30))
    assert not replace(payment, calling_since=None).is_being_called(samples.NOW)
