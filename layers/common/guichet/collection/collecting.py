"""The shared road of everything that may learn what became of a payment method: once, whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from guichet.catalogue.selling import SellingEntities
from guichet.clock import Clock
from guichet.collection import accepting
from guichet.collection.accepting import Situation
from guichet.collection.pages import MethodPages
from guichet.collection.policy import CollectionPolicy
from guichet.collection.ports import CollectionRecords, MethodAccounts, Step
from guichet.collection.setup import Setup, SetupStatus
from guichet.collection.stored import StoredMethod
from guichet.collection.writing import Decision, bumped
from guichet.errors import ConcurrentUpdateError, Unavailable, not_found
from guichet.events import Event
from guichet.ledger.journal import Cause, Change
from guichet.payments.method_ports import MethodProvider
from guichet.payments.ports import ProviderRefusedError, ProviderUnavailableError
from guichet.payments.stored_method import FoundMethod, MethodToken, SetupReport, SetupState
from guichet.payments.unavailable import provider_unavailable
from guichet.retrying import TRIES
from guichet.subscriptions.ports import ProviderEventApplied

_ASKED_IN_VAIN: Final = timedelta(hours=24)  # a page that can't be asked about is over then
_TOLD_IN_VAIN: Final = timedelta(days=5)  # a provider that will not forget: a person is told

type Applied = ProviderEventApplied | None


@dataclass(frozen=True, slots=True)
class Collecting:
    """What payment methods are stored, kept and detached with."""

    records: CollectionRecords
    accounts: MethodAccounts
    entities: SellingEntities
    policy: CollectionPolicy
    clock: Clock
    pages: MethodPages

    def provider(self, selling_entity: str, name: str) -> MethodProvider:
        """The provider that a stored object names.

        Raises:
            Unavailable: `provider_unavailable`, the entity can't reach it now.
        """
        try:
            return self.accounts.method_providers(selling_entity)[name]
        except KeyError as error:
            raise provider_unavailable(None) from error

    def offered(self, selling_entity: str) -> tuple[str, ...]:
        """The names of the providers at which a method can be stored now."""

        def stores(name: str) -> bool:
            try:
                self.provider(selling_entity, name)
            except Unavailable:
                return False
            return True

        names = self.accounts.offered_providers(selling_entity)
        return tuple(name for name in names if stores(name))

    def ask(self, setup_id: str, cause: Cause, event: Applied = None) -> bool:
        """Ask what became of a setup and write it. Where the provider waits for us, it stores now.

        Answers whether the event was noted as applied.

        Raises:
            Unavailable: the provider does not answer; upkeep asks when the page ends.
        """
        setup = self.records.setup(setup_id)
        if setup is None or setup.session_id is None or setup.status in _OVER:
            return False
        if setup.status is SetupStatus.REFUSING:
            self.forget_refused(setup, cause)
            return False
        provider = self.provider(setup.selling_entity, setup.provider)
        report = self._answer(setup, provider.ask_setup)
        return self._write(setup_id, report, cause, event)

    def end(self, setup: Setup, cause: Cause) -> None:
        """End a page whose time is over; who agreed on it unheard has stored a method.

        Raises:
            Unavailable: the provider does not answer; it is due again.
        """
        if setup.status is SetupStatus.CREATED:  # its page reached nobody
            self._save(accepting.ended(setup), cause)
            return
        provider = self.provider(setup.selling_entity, setup.provider)
        # Asked first: a provider that waits for us to store says nothing of an agreement at the end.
        report = self._answer(setup, provider.ask_setup)
        if report.state is SetupState.OPEN:
            report = self._answer(setup, provider.end_setup)
        if report.state is SetupState.APPROVED:
            raise provider_unavailable(None)  # agreed between two questions: asked again
        if report.state is SetupState.OPEN:  # it can't be ended there: only our asking would store
            report = SetupReport(SetupState.ENDED)
        self._write(setup.setup_id, report, cause, None)

    def forget_refused(self, setup: Setup, cause: Cause) -> None:
        """Let the provider forget what was not taken; a repeat does no harm.

        Raises:
            Unavailable: the provider does not answer; it is due again.
        """
        if setup.status is not SetupStatus.REFUSING or setup.found is None:
            return
        events = self._forget(setup, setup.found.token, setup.forget_from or cause.at)
        self._save(Decision((Change(setup, bumped(setup.refused()), events),)), cause)

    def forget(self, method: StoredMethod, cause: Cause) -> None:
        """Let the provider forget a detached method; a repeat does no harm.

        Raises:
            Unavailable: the provider does not answer; it is due again.
        """
        if method.is_active or method.forget_from is None:
            return
        events = self._forget(method, method.token, method.forget_from)
        self._save(Decision((Change(method, bumped(method.forgotten()), events),)), cause)

    def method(self, account_id: str, method_id: str) -> StoredMethod:
        """A method of this account, also a detached one.

        Raises:
            NotFound: none such.
        """
        found = self.records.stored_method(account_id, method_id)
        if found is None:
            raise not_found("payment method")
        return found

    def _forget(
        self, owner: Setup | StoredMethod, token: MethodToken, since: datetime
    ) -> tuple[Event, ...]:
        """Detach it, unless its token came back as another method's, which would go with it."""
        methods = self.records.methods(owner.account_id, owner.selling_entity)
        ids = [each.method_id for each in methods.held]
        held = self.records.stored_methods(owner.account_id, ids)
        if any(each.token.is_same(token) for each in held):
            return ()
        return self._detach(owner, token, since)

    def _detach(
        self, owner: Setup | StoredMethod, token: MethodToken, since: datetime
    ) -> tuple[Event, ...]:
        """Tell the provider. Of one that refuses for days a person is told, and no more is tried.

        Raises:
            Unavailable: no answer, or a refusal that may pass.
        """
        try:
            self.provider(owner.selling_entity, owner.provider).detach(token)
        except ProviderUnavailableError as error:
            raise provider_unavailable(error.retry_after_seconds) from error
        except ProviderRefusedError as error:
            if self.clock.now() < since + _TOLD_IN_VAIN:
                raise provider_unavailable(None) from error
            facts = {"account_id": owner.account_id, "setup_id": owner.setup_id}
            return (Event("payment_method.not_forgotten", facts),)
        return ()

    def _answer(self, setup: Setup, ask: Callable[[Setup], SetupReport]) -> SetupReport:
        """The provider's answer; long after nobody can agree, none is one too."""
        try:
            return ask(setup)
        except ProviderUnavailableError as error:
            raise provider_unavailable(error.retry_after_seconds) from error
        except ProviderRefusedError as error:
            if self.clock.now() >= setup.ends_at + _ASKED_IN_VAIN:
                return SetupReport(SetupState.ENDED)
            raise provider_unavailable(None) from error

    def _write(self, setup_id: str, report: SetupReport, cause: Cause, event: Applied) -> bool:
        applied: tuple[Step, ...] = () if event is None else (event,)
        for _ in range(TRIES):
            situation = self._situation(setup_id)
            decision = _decided(situation, report)
            if not decision.changes:
                return False
            try:
                self.records.save(cause, decision.changes, (*decision.steps, *applied))
            except ConcurrentUpdateError:
                continue  # moved meanwhile; the event perhaps applied by another worker
            self._forget_at_once(setup_id, cause)
            return event is not None
        raise ConcurrentUpdateError(f"{setup_id} is being written all the time")

    def _forget_at_once(self, setup_id: str, cause: Cause) -> None:
        """What was not taken; where the provider does not answer, upkeep goes on."""
        setup = self.records.setup(setup_id)
        if setup is not None and setup.status is SetupStatus.REFUSING:
            with suppress(Unavailable):
                self.forget_refused(setup, cause)

    def _situation(self, setup_id: str) -> Situation:
        records = self.records
        setup = records.setup(setup_id)
        if setup is None:
            raise ConcurrentUpdateError("a setup that was there is gone")
        account_id, entity = setup.account_id, setup.selling_entity
        methods = records.methods(account_id, entity)
        return Situation(
            setup,
            methods,
            records.stored_methods(account_id, [each.method_id for each in methods.held]),
            records.customer(account_id, entity, setup.provider),
            self.entities.entity(entity),
            self.policy,
            self.clock.now(),
        )

    def _save(self, decision: Decision, cause: Cause) -> None:
        """What is written anyway by whoever is faster."""
        if decision.changes:
            with suppress(ConcurrentUpdateError):
                self.records.save(cause, decision.changes, decision.steps)


_OVER: Final = frozenset({SetupStatus.STORED, SetupStatus.REFUSED})


def _decided(situation: Situation, report: SetupReport) -> Decision:
    """Older answers than what is known change nothing."""
    setup = situation.setup
    can_store = setup.status in {SetupStatus.OPEN, SetupStatus.ENDED}
    match report:
        case SetupReport(SetupState.STORED, FoundMethod() as found) if can_store:
            return accepting.stored(situation, found)
        case SetupReport(SetupState.ENDED):
            return accepting.ended(setup)
        case _:
            return Decision()
