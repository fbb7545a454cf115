"""The provider's page on which an order is paid: the attempt stored first, then the call (COL-8)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from guichet.catalogue.catalogue import Catalogue
from guichet.errors import ConcurrentUpdateError, Conflict, invalid_field
from guichet.events import Event
from guichet.ledger.journal import Cause, Change
from guichet.payments.attempt import PaymentStatus
from guichet.payments.cart_payment import CartPayment
from guichet.payments.ports import (
    ProviderRefusedError,
    ProviderUnavailableError,
    SessionTexts,
)
from guichet.payments.unavailable import provider_unavailable
from guichet.subscriptions import outcome
from guichet.subscriptions.cart import Cart
from guichet.subscriptions.naming import cart_payment_id, request_hash
from guichet.subscriptions.ordering import Ordering
from guichet.subscriptions.writing import bumped


@dataclass(frozen=True, slots=True)
class Pages:
    """Where a buyer comes back to."""

    base_url: str

    def order(self, cart_id: str) -> str:
        return f"{self.base_url}/billing/orders/{cart_id}"

    @property
    def invoices(self) -> str:
        return f"{self.base_url}/billing/invoices"

    def invoice(self, invoice_id: str) -> str:
        return f"{self.base_url}/billing/invoices/{invoice_id}"

    def subscription(self, subscription_id: str) -> str:
        return f"{self.base_url}/billing/subscriptions/{subscription_id}"

    def certificate(self, certificate_id: str) -> str:
        return f"{self.base_url}/billing/tax-certificates/{certificate_id}"


@dataclass(frozen=True, slots=True)
class Opening:
    """Opens pages of a selling entity's own accounts at the providers."""

    ordering: Ordering
    pages: Pages

    def require_offered(self, selling_entity: str, method: str | None) -> str:
        """The method, where the selling entity can be paid by it.

        Raises:
            Invalid: `required`, `method_not_offered`.
        """
        if method is None:
            raise invalid_field("/method", "required", "Say how this is to be paid.")
        if method not in self.ordering.accounts.offered(selling_entity):
            raise invalid_field(
                "/method",
                "method_not_offered",
                "Choose one of the payment methods that are offered.",
            )
        return method

    def new_payment(self, cart: Cart, method: str, key: str, now: datetime) -> CartPayment:
        """An attempt with the exact bytes that will ask for its page."""
        preview, policy = cart.preview, self.ordering.carts.policy
        payment = CartPayment(
            payment_id=cart_payment_id(cart.cart_id, key),
            account_id=cart.account_id,
            provider=method,
            payee=self.ordering.accounts.payee(preview.selling_entity, method),
            amount=preview.due_now,
            platform_fee=preview.due_now.zero(),
            attempt=1,
            request_body="",
            session_ends_at=(now + policy.session).replace(microsecond=0),
            started_at=now,
            request_hash=request_hash(method),
            method=method,
            calling_since=now,
            cart_id=cart.cart_id,
            selling_entity=preview.selling_entity,
        )
        return replace(payment, request_body=self.body(payment, cart))

    def again(self, payment: CartPayment, cart: Cart, now: datetime) -> CartPayment:
        """The next attempt number, whose page nobody has received."""
        ends_at = (now + self.ordering.carts.policy.session).replace(microsecond=0)
        moved = replace(payment, attempt=payment.attempt + 1, session_ends_at=ends_at)
        body = self.body(moved, cart)
        return payment.retried(request_body=body, session_ends_at=ends_at, now=now)

    def body(self, payment: CartPayment, cart: Cart) -> str:
        carts = self.ordering.carts
        profile = carts.records.profile(cart.account_id)
        entity = carts.entities.entity(cart.preview.selling_entity)
        page = self.pages.order(cart.cart_id)
        texts = SessionTexts(
            title=_title(
                cart, carts.catalogues.version(cart.preview.catalogue_version), profile.language
            ),
            language=profile.language,
            email=profile.contact_email,
            success_url=f"{page}/return",
            cancel_url=page,
            seller=entity.legal_name,
        )
        return self.ordering.provider(payment).session_body(payment, texts)

    def open(self, payment: CartPayment, cause: Cause) -> CartPayment:
        """Call the provider and keep its page; without an answer the next request takes over.

        Raises:
            Unavailable: the provider does not answer; the order waits.
            Conflict: the provider refused, or another call is in flight.
        """
        records = self.ordering.carts.records
        try:
            session = self.ordering.provider(payment).open_session(payment)
        except ProviderUnavailableError as error:
            lost = Change(payment, bumped(payment.call_lost()), (Event("cart_payment.call_lost"),))
            with suppress(ConcurrentUpdateError):
                records.save(cause, [lost])
            raise provider_unavailable(error.retry_after_seconds) from error
        except ProviderRefusedError as error:
            situation = self.ordering.situation(payment.payment_id)
            if situation.payment.status is PaymentStatus.CREATED:
                decision = outcome.abandoned(situation)
                with suppress(ConcurrentUpdateError):
                    records.save(cause, decision.changes, decision.steps)
            raise Conflict(
                error.code,
                "The payment provider refused to start this payment; choose another method.",
            ) from error
        opened = bumped(payment.opened(session.session_id, session.url))
        try:
            records.save(cause, [Change(payment, opened, (Event("cart_payment.opened"),))])
        except ConcurrentUpdateError as error:
            raise in_flight() from error  # ended or taken over meanwhile: this page goes to nobody
        return opened


def in_flight() -> Conflict:
    return Conflict(
        "payment_in_flight",
        "This payment is being started; ask again in a moment.",
        rule="REG-10",
        retry_after_seconds=2,
    )


def _title(cart: Cart, catalogue: Catalogue, language: str) -> str:
    """What the page calls the order: the names of its products."""
    lines = cart.preview.now.lines
    products = dict.fromkeys(line.product_id for line in lines)
    names = [catalogue.product(each).names for each in products]
    return ", ".join(each.get(language, each["en"]) for each in names)
