"""The first payment of a cart: one attempt, into the operator's own account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from guichet.payments.attempt import Attempt, Capture, Purpose

PREFIX: Final = "cpy_"  # of a cart payment's id: by it a provider's event is told from others


def names_cart_payment(payment_id: str) -> bool:
    """Whether an id, as a provider repeats it, is one of a cart's payment."""
    return payment_id.startswith(PREFIX)


@dataclass(frozen=True, slots=True, kw_only=True)
class CartPayment(Attempt):
    """One attempt for one cart, by the credentials of its selling entity.

    Its id begins with `PREFIX`, and no platform's fee is taken out of it. `payee` is the entity's
    own account as far as it is configured: empty at Stripe, where the key itself says whose it is.
    """

    cart_id: str
    selling_entity: str
    refund_id: str | None = None  # of a captured one that no order takes: by it the money goes back
    stuck_since: datetime | None = (
        None  # its money is there, and a defect of ours stopped the order
    )

    @property
    def purpose(self) -> Purpose:
        return Purpose("cart_id", self.cart_id)

    @property
    def on_behalf_of(self) -> None:
        return None

    def mismatches(self, capture: Capture) -> tuple[str, ...]:
        """As for every attempt, and of the payee what is known (REG-3).

        Without a payee the credentials by which the provider was asked say whose capture it is.
        """
        found = Attempt.mismatches(self, capture)
        return found if self.payee else tuple(each for each in found if each != "payee")
