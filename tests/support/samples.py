"""One of each stored thing, as it is in the middle of an ordinary sale."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from guichet.money import Money
from guichet.payments.account import PaymentAccount
from guichet.payments.cart_payment import CartPayment
from guichet.payments.payment import Capture, Payment
from guichet.payments.refund import Refund, RefundReason
from guichet.registration.discount import DiscountCode, undiscounted
from guichet.registration.registration import Registration, RegistrationStatus, submitted_hold
from guichet.registration.training import Approval, OfflineMethod, Training, TrainingStatus

NOW: Final = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
REGISTRATION_ID: Final = "reg_t_r"
PAYMENT_ID: Final = "pay_p"
CART_PAYMENT_ID: Final = "cpy_1"


def usd(amount_minor: int) -> Money:
    return Money(amount_minor, "USD")


def eur(amount_minor: int) -> Money:
    return Money(amount_minor, "EUR")


def training(**changed: Any) -> Training:  # noqa: ANN401 - fields of many types
    return replace(
        Training(
            training_id="trn_t",
            account_id="acc_1",
            created_by="mem_1",
            title="Excel for the office",
            description="A day of spreadsheets.",
            terms="No refund after the start.",
            starts_at=NOW + timedelta(days=30),
            ends_at=NOW + timedelta(days=30, hours=7),
            time_zone="Europe/Paris",
            price=usd(12000),
            capacity=2,
            provider_payment=True,
            offline_methods=(OfflineMethod("invoice", "Invoice", "Pay within 7 days."),),
            offline_deadline_days=7,
            approval=Approval.AUTOMATIC,
            languages=("en", "fr"),
            created_at=NOW,
            request_hash="h",
            status=TrainingStatus.OPEN,
        ),
        **changed,
    )


def registration(**changed: Any) -> Registration:  # noqa: ANN401 - same
    return replace(
        Registration(
            registration_id=REGISTRATION_ID,
            training_id="trn_t",
            account_id="acc_1",
            name="Ada Lovelace",
            email="ada@example.org",
            language="en",
            quote=undiscounted(usd(12000)),
            registered_at=NOW,
            token_expires_at=NOW + timedelta(days=60),
            request_hash="h",
            status=RegistrationStatus.AWAITING_PAYMENT,
            hold=submitted_hold(NOW, hold=timedelta(minutes=30), limit=timedelta(hours=2)),
            open_payment_id=PAYMENT_ID,
        ),
        **changed,
    )


def payment(**changed: Any) -> Payment:  # noqa: ANN401 - same
    return replace(
        Payment(
            payment_id=PAYMENT_ID,
            registration_id=REGISTRATION_ID,
            training_id="trn_t",
            account_id="acc_1",
            provider="stripe",
            payee="acct_1",
            amount=usd(12000),
            platform_fee=usd(228),
            attempt=1,
            request_body="mode=payment",
            session_ends_at=NOW + timedelta(minutes=31),
            started_at=NOW,
            request_hash="h",
        ),
        **changed,
    )


def capture(**changed: Any) -> Capture:  # noqa: ANN401 - same
    return replace(
        Capture(
            capture_id="ch_1",
            intent_id="pi_1",
            amount=usd(12000),
            platform_fee=usd(228),
            provider_fee=usd(378),
            platform_fee_id="fee_1",
            captured_at=NOW,
            reference=PAYMENT_ID,
            payee="acct_1",
        ),
        **changed,
    )


def cart_payment(**changed: Any) -> CartPayment:  # noqa: ANN401 - same
    return replace(
        CartPayment(
            payment_id=CART_PAYMENT_ID,
            cart_id="crt_1",
            account_id="acc_1",
            selling_entity="ie",
            provider="stripe",
            payee="",
            amount=Money(11_800, "JPY"),
            platform_fee=Money(0, "JPY"),
            attempt=1,
            request_body="mode=payment",
            session_ends_at=NOW + timedelta(minutes=31),
            started_at=NOW,
            request_hash="h",
        ),
        **changed,
    )


def cart_capture(**changed: Any) -> Capture:  # noqa: ANN401 - same
    """Of the sample of a cart's payment, by card into the operator's own account."""
    return replace(
        Capture(
            capture_id="ch_1",
            intent_id="pi_1",
            amount=Money(11_800, "JPY"),
            platform_fee=Money(0, "JPY"),
            provider_fee=Money(425, "JPY"),
            platform_fee_id=None,
            captured_at=NOW,
            reference=CART_PAYMENT_ID,
            payee="",
        ),
        **changed,
    )


def refund(**changed: Any) -> Refund:  # noqa: ANN401 - same
    return replace(
        Refund(
            refund_id="ref_1",
            payment_id=PAYMENT_ID,
            registration_id=REGISTRATION_ID,
            training_id="trn_t",
            account_id="acc_1",
            provider="stripe",
            payee="acct_1",
            amount=usd(12000),
            fee=usd(228),
            reason=RefundReason.LATE_WITHOUT_SEAT,
            requested_at=NOW,
            request_body="charge=ch_1",
            fee_request_body="amount=228",
            platform_fee_id="fee_1",
        ),
        **changed,
    )


def discount_code(**changed: Any) -> DiscountCode:  # noqa: ANN401 - same
    """10 % off all trainings, always, without a limit."""
    return replace(
        DiscountCode(
            code_id="dsc_1",
            account_id="acc_1",
            created_by="mem_1",
            code="EARLY",
            percentage_bps=1000,
            amount_off=None,
            valid_from=None,
            valid_until=None,
            total_uses=None,
            uses_per_email=None,
            training_ids=(),
            active=True,
            created_at=NOW,
            request_hash="h",
        ),
        **changed,
    )


def payment_account(**changed: Any) -> PaymentAccount:  # noqa: ANN401 - same
    """A linked and usable account at Stripe."""
    return replace(
        PaymentAccount(
            account_id="acc_1",
            provider="stripe",
            provider_account_id="acct_1",
            confirmed=True,
            verified=True,
            takes_cards=True,
        ),
        **changed,
    )
