"""Ways to pay that a customer has stored at a provider: tokens, never card data (COL-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from guichet.money import Money
from guichet.payments.attempt import Capture

# Of our ids, as a provider repeats them: by these an event is told from others.
SETUP_PREFIX: Final = "set_"
CHARGE_PREFIX: Final = "ipy_"


def names_setup(setup_id: str) -> bool:
    """Whether an id, as a provider repeats it, is one of a method that is being stored."""
    return setup_id.startswith(SETUP_PREFIX)


def names_charge(payment_id: str) -> bool:
    """Whether an id, as a provider repeats it, is one of an invoice's payment by a stored method."""
    return payment_id.startswith(CHARGE_PREFIX)


class MethodKind(StrEnum):
    """What a stored method is; limits count each kind for itself (COL-1)."""

    CARD = "card"
    BANK_DEBIT = "bank_debit"
    PAYPAL = "paypal"  # a connected account


class DebitScheme(StrEnum):
    """Under whose rules a bank account is debited, and so what its authorization says (COL-10)."""

    ACH = "ach"
    SEPA = "sepa"
    BACS = "bacs"


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodToken:
    """A stored method by its names at the provider: all that a later charge needs."""

    provider: str
    kind: MethodKind
    customer_id: str  # the customer's name at the provider
    token_id: str  # the method's
    mandate_id: str | None = None  # of a debit's authorization, where the provider has one

    def is_same(self, other: MethodToken) -> bool:
        """Whether both name one method at the provider."""
        return (self.provider, self.token_id) == (other.provider, other.token_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMethod:
    """A method as the provider has it, with what may be shown: never more than four digits."""

    token: MethodToken
    brand: str = (
        ""  # `visa`, `mastercard`, `amex`, `discover`, `visa_electron`, …: ours, lower case
    )
    last4: str = ""
    expires: str = ""  # `2029-04`, of a card
    country: str = ""  # of issue, where the provider says it
    scheme: DebitScheme | None = None
    authorized_at: datetime | None = None  # of a debit's authorization
    mandate_reference: str = ""  # as the customer's bank statement shows it
    email: str = ""  # of a connected account, by which its owner tells it from another


class SetupState(StrEnum):
    """What storing a method has come to, in the provider's eyes."""

    OPEN = "open"  # the customer may still agree, or their bank has to
    APPROVED = "approved"  # they agreed; it is stored once we ask for it (PayPal)
    STORED = "stored"
    ENDED = "ended"  # nobody agreed, and nobody will


@dataclass(frozen=True, slots=True)
class SetupReport:
    """The provider's answer about one setup."""

    state: SetupState
    method: FoundMethod | None = None  # with STORED alone


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodSetup:
    """One attempt to store a method, as far as a provider is concerned.

    The provider's idempotency key is `<setup_id>-<attempt>`; the bytes sent under it are kept.
    """

    setup_id: str
    account_id: str
    selling_entity: str
    provider: str
    kind: MethodKind
    currency: str
    attempt: int
    request_body: str
    customer_id: str | None = None  # of an earlier method with this provider
    customer_body: str = ""  # the exact bytes that make a customer, where there is none yet
    session_id: str | None = None
    ends_at: datetime  # after which nobody can agree any more

    @property
    def provider_key(self) -> str:
        return f"{self.setup_id}-{self.attempt}"


class ChargeState(StrEnum):
    """What an off-session charge has come to, in the provider's eyes."""

    PAID = "paid"
    PROCESSING = "processing"  # a debit that the bank has not settled
    REQUIRES_ACTION = "requires_action"  # the bank asks for the customer: a link is sent (COL-4)
    DECLINED = "declined"  # nothing was taken
    CANCELED = "canceled"  # nothing was taken, and nothing can be taken by it any more
    RETURNED = "returned"  # a debit that was paid, and that the bank took back later (INV-5)
    ABSENT = "absent"  # the provider never received it, and nothing of it is on its way


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeReport:
    """The provider's answer about one off-session charge.

    A decline is `is_final` where this method can never succeed: stolen card, closed account,
    withdrawn mandate, or the method is no longer attached (COL-3). A declined charge takes no
    money by itself: its bytes are over, and another try is another charge.
    """

    state: ChargeState
    charge_id: str | None = None  # the provider's name of it, to ask by
    capture: Capture | None = None  # with PAID; with RETURNED what had been paid
    return_fee: Money | None = None  # with RETURNED: what the provider charged for it
    action_url: str | None = None  # with REQUIRES_ACTION, where a page is open
    decline_code: str = ""  # the provider's own word, for the record
    is_final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodCharge:
    """One off-session charge, as far as a provider is concerned.

    The provider's idempotency key is `charge_key`, and the bytes sent under it are kept: a repeat
    can never be another request. How long that key lives is counted from `started_at`, when the
    bytes were stored; a new try has a new key, new bytes and a new beginning.
    """

    charge_key: str
    payment_id: str  # ours, as the provider repeats it in the capture's reference
    account_id: str
    invoice_id: str
    selling_entity: str
    method: MethodToken
    amount: Money
    payee: str  # the account at the provider that is paid; empty where the key itself says whose
    request_body: str
    started_at: datetime
    provider_charge_id: str | None = None  # once the provider told it
