"""A capture on a balance of another currency: recorded as it was taken, balanced in both (MON-1, FEE-3)."""

from dataclasses import replace
from datetime import timedelta

from guichet.ledger.postings import LedgerAccount, balances
from guichet.money import Money
from guichet.payments.payment import Payment, PaymentStatus
from guichet.payments.ports import SessionReport, SessionState
from guichet.registration.outcome import Situation, decide
from guichet.registration.refund_planning import Planned
from guichet.registration.registration import RegistrationStatus
from tests.support.samples import NOW, PAYMENT_ID, capture, payment, refund, registration, training


def test_a_capture_settled_in_another_currency_posts_both_balanced_mon_1_mon_4_fee_3() -> None:
    settled = replace(capture(), provider_fee=Money(350, "EUR"))
    given = Situation(
        training=training(),
        registration=registration(
            status=RegistrationStatus.AWAITING_PAYMENT, open_payment_id=PAYMENT_ID
        ),
        payment=payment(status=PaymentStatus.OPEN, session_id="cs_1"),
        uses_per_email=None,
        now=NOW,
        denied_hold=timedelta(hours=72),
        session=timedelta(minutes=31),
        seat_may_be_left=True,
    )

    decision = decide(given, SessionReport(SessionState.PAID, settled), refund_for=_no_refund)

    captured, confirmed = (change.after for change in decision.changes)
    assert isinstance(captured, Payment)
    assert captured.status is PaymentStatus.CAPTURED, "a fee in other money is no mismatch"
    sums = balances(decision.changes[0].postings)
    assert sums == {
        (LedgerAccount.REGISTRANTS, "USD"): -12000,
        (LedgerAccount.PROVIDER_BALANCE, "USD"): 12000 - 228,
        (LedgerAccount.PLATFORM_FEE, "USD"): 228,
        (LedgerAccount.PROVIDER_BALANCE, "EUR"): -350,
        (LedgerAccount.PROVIDER_FEE, "EUR"): 350,
    }
    assert confirmed.version == given.registration.version + 1


def _no_refund(*_: object) -> Planned:
    raise AssertionError(f"nothing goes back: {refund()}")
