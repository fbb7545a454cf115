"""The provider's page on which a method is stored: the setup first, its customer, then the call."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from guichet.access.profile import BillingProfile
from guichet.collection.collecting import Collecting
from guichet.collection.customer import ProviderCustomer
from guichet.collection.offering import Offer
from guichet.collection.ports import Aggregate
from guichet.collection.setup import Setup, SetupStatus
from guichet.collection.stored import Authorization
from guichet.collection.writing import bumped
from guichet.errors import ConcurrentUpdateError, Conflict
from guichet.events import Event
from guichet.ledger.journal import Cause, Change
from guichet.payments.method_ports import MethodProvider
from guichet.payments.ports import (
    ProviderRefusedError,
    ProviderUnavailableError,
    SessionTexts,
)
from guichet.payments.unavailable import provider_unavailable


@dataclass(frozen=True, slots=True)
class Opening:
    """Opens pages at a selling entity's own accounts."""

    collecting: Collecting

    def prepared(
        self, setup: Setup, profile: BillingProfile
    ) -> tuple[Setup, ProviderCustomer | None]:
        """The setup, with the bytes of its page where they can be known, and a new customer's.

        The bytes name the customer: where the provider has none of this account yet, they are made
        once it has, and only the customer's are stored with the setup.
        """
        known = self._customer(setup)
        if known is None:
            body = self._provider(setup).customer_body(
                setup, email=profile.contact_email, name=profile.company
            )
            if body:
                customer = ProviderCustomer(
                    account_id=setup.account_id,
                    selling_entity=setup.selling_entity,
                    provider=setup.provider,
                    made_for=setup.setup_id,
                    request_body=body,
                )
                return setup, customer
        if known is not None and not known.is_made:
            return setup, None
        return self._asking(setup, known, profile), None

    def open(self, setup: Setup, cause: Cause) -> Setup:
        """Call the provider and keep its page; without an answer the next request takes over.

        Raises:
            Unavailable: the provider does not answer.
            Conflict: the provider refused, or another call is in flight.
        """
        try:
            ready = self._ready(setup, cause)
            session = self._provider(ready).open_setup(ready)
        except ProviderUnavailableError as error:
            self._note_lost(setup.setup_id, setup.attempt, cause)
            raise provider_unavailable(error.retry_after_seconds) from error
        except ProviderRefusedError as error:
            self._note_refused(setup.setup_id, setup.attempt, error.code, cause)
            raise Conflict(
                error.code,
                "The payment provider refused to open its page; choose another kind of method.",
            ) from error
        opened = bumped(ready.opened(session.session_id, session.url))
        self._save(ready, opened, "method_setup.opened", cause)
        return opened

    def _ready(self, setup: Setup, cause: Cause) -> Setup:
        """With the bytes of its page stored, whoever had to make the customer for that."""
        if setup.request_body:
            return setup
        customer = self._made(self._customer(setup), setup, cause)
        profile = self.collecting.records.profile(setup.account_id)
        ready = bumped(self._asking(setup, customer, profile))
        self._save(setup, ready, None, cause)
        return ready

    def _made(
        self, customer: ProviderCustomer | None, setup: Setup, cause: Cause
    ) -> ProviderCustomer | None:
        """The account's customer at the provider: the same one, whoever asks for it at once."""
        if customer is None or customer.is_made:
            return customer
        asked = replace(
            setup, setup_id=customer.made_for, attempt=1, customer_body=customer.request_body
        )
        made = bumped(customer.made(self._provider(setup).make_customer(asked)))
        event = Event("provider_customer.made")
        try:
            self.collecting.records.save(cause, [Change(customer, made, (event,))])
        except ConcurrentUpdateError:
            return self._customer(setup)  # another worker was told the same
        return made

    def _asking(
        self, setup: Setup, customer: ProviderCustomer | None, profile: BillingProfile
    ) -> Setup:
        collecting = self.collecting
        named = replace(setup, customer_id=customer.customer_id if customer else None)
        texts = SessionTexts(
            title=collecting.entities.entity(setup.selling_entity).legal_name,
            language=profile.language,
            email=profile.contact_email,
            success_url=collecting.pages.returned(setup.setup_id),
            cancel_url=collecting.pages.methods,
            seller=collecting.entities.entity(setup.selling_entity).legal_name,
        )
        return named.asking(self._provider(setup).setup_body(named, texts), named.customer_id)

    def _note_lost(self, setup_id: str, attempt: int, cause: Cause) -> None:
        setup = self._still_asked(setup_id, attempt)
        if setup is not None:
            with suppress(ConcurrentUpdateError):
                self.collecting.records.save(cause, [Change(setup, bumped(setup.call_lost()))])

    def _note_refused(self, setup_id: str, attempt: int, code: str, cause: Cause) -> None:
        setup = self._still_asked(setup_id, attempt)
        if setup is not None:
            ended = Change[Aggregate](
                setup, bumped(setup.ended(code)), (Event("method_setup.ended"),)
            )
            with suppress(ConcurrentUpdateError):
                self.collecting.records.save(cause, [ended])

    def _still_asked(self, setup_id: str, attempt: int) -> Setup | None:
        """The setup as it is now, unless another worker has taken it over."""
        found = self.collecting.records.setup(setup_id)
        if found is None or found.attempt != attempt:
            return None
        return found if found.status is SetupStatus.CREATED else None

    def _save(self, before: Setup, after: Setup, event: str | None, cause: Cause) -> None:
        events = () if event is None else (Event(event),)
        try:
            self.collecting.records.save(cause, [Change(before, after, events)])
        except ConcurrentUpdateError as error:
            raise in_flight() from error  # taken over meanwhile: this page goes to nobody

    def _customer(self, setup: Setup) -> ProviderCustomer | None:
        return self.collecting.records.customer(
            setup.account_id, setup.selling_entity, setup.provider
        )

    def _provider(self, setup: Setup) -> MethodProvider:
        return self.collecting.provider(setup.selling_entity, setup.provider)


def new_setup(
    offer: Offer,
    *,
    setup_id: str,
    account_id: str,
    member_id: str,
    request_hash: str,
    authorization: Authorization | None,
    now: datetime,
    ends_at: datetime,
) -> Setup:
    """A first attempt, of which the provider has not heard."""
    return Setup(
        setup_id=setup_id,
        account_id=account_id,
        selling_entity=offer.entity.entity_id,
        provider=offer.provider,
        kind=offer.kind,
        currency=offer.currency,
        attempt=1,
        request_body="",
        ends_at=ends_at,
        started_at=now,
        started_by=member_id,
        request_hash=request_hash,
        calling_since=now,
        authorization=authorization,
    )


def in_flight() -> Conflict:
    return Conflict(
        "setup_in_flight",
        "This page is being opened; ask again in a moment.",
        rule="REG-10",
        retry_after_seconds=2,
    )
