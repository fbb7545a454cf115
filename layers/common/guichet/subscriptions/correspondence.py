"""The facts of mails of billing, gathered from the records (INV-6)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.errors import not_found
from guichet.registration.mailer import Told
from guichet.registration.outbox import Effect
from guichet.subscriptions.certificate_letters import CertificateMatter
from guichet.subscriptions.mails import BillingFacts
from guichet.subscriptions.order_letters import OrderMatter
from guichet.subscriptions.subscription_letters import SeatMatter, SubscriptionMatter
from guichet.subscriptions.telling import Sources, Telling


@dataclass(frozen=True, slots=True)
class BillingLetters:
    """Gathers what the mails of one effect of billing have to tell."""

    sources: Sources

    def about(self, effect: Effect) -> Told[BillingFacts]:
        """The records as they are now; of a renewal, what it billed then."""
        records, account_id = self.sources.records, effect.account_id or ""
        account, profile = records.account(account_id), records.profile(account_id)
        telling = Telling(effect, account, profile, self.sources)
        if effect.cart_id is not None:
            cart = records.cart(account_id, effect.cart_id)
            if cart is None:
                raise not_found("order")
            return OrderMatter(telling, cart)
        if effect.certificate_id is not None:
            certificates = self.sources.certificates
            certificate = certificates.certificate(account_id, effect.certificate_id)
            if certificate is None:
                raise not_found("certificate")
            return CertificateMatter(telling, certificate)
        subscription = records.subscription(account_id, effect.subscription_id or "")
        if subscription is None:
            raise not_found("subscription")
        if effect.seat_id is None:
            return SubscriptionMatter(telling, subscription)
        seat = records.seat(subscription.subscription_id, effect.seat_id)
        if seat is None:
            raise not_found("seat")
        return SeatMatter(telling, subscription, seat)
