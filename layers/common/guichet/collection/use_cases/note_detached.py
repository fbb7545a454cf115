"""The provider says that a method is gone, or has changed: it is asked, and believed (COL-1, COL-3)."""

from __future__ import annotations

from guichet.collection.collecting import Applied, Collecting
from guichet.collection.detaching import found_gone
from guichet.collection.ports import Step
from guichet.collection.stored import StoredMethod
from guichet.collection.writing import Decision, bumped, cause_of
from guichet.errors import ConcurrentUpdateError
from guichet.events import Actor, Event
from guichet.ledger.journal import Change
from guichet.payments.ports import ProviderRefusedError, ProviderUnavailableError
from guichet.payments.stored_method import FoundMethod, SetupReport, SetupState
from guichet.payments.unavailable import provider_unavailable
from guichet.retrying import TRIES


def note_detached(
    provider: str, token_id: str, actor: Actor, *, collecting: Collecting, event: Applied = None
) -> bool:
    """Take it off the list where the provider has it no more, and tell the customer.

    Where it is there, what is shown of it becomes what the provider shows: networks renew cards.
    Answers whether the event was noted as applied.

    Raises:
        Unavailable: the provider does not answer.
    """
    cause = cause_of(actor, "note_detached", collecting.clock)
    method = collecting.records.method_named(provider, token_id)
    if method is None or not method.is_active:
        return False
    report = _asked(method, collecting)
    applied: tuple[Step, ...] = () if event is None else (event,)
    for _ in range(TRIES):
        try:
            decision = _decided(method, report, collecting)
            if not decision.changes:
                return False
            collecting.records.save(cause, decision.changes, (*decision.steps, *applied))
        except ConcurrentUpdateError:
            method = collecting.method(method.account_id, method.method_id)
            continue
        return event is not None
    raise ConcurrentUpdateError(f"{method.method_id} is being written all the time")


def _asked(method: StoredMethod, collecting: Collecting) -> SetupReport:
    port = collecting.provider(method.selling_entity, method.provider)
    try:
        return port.find_method(method.token)
    except ProviderUnavailableError as error:
        raise provider_unavailable(error.retry_after_seconds) from error
    except ProviderRefusedError as error:  # closed to us: that says nothing of the method
        raise provider_unavailable(None) from error


def _decided(method: StoredMethod, report: SetupReport, collecting: Collecting) -> Decision:
    if not method.is_active:
        return Decision()
    match report:
        case SetupReport(SetupState.ENDED):
            methods = collecting.records.methods(method.account_id, method.selling_entity)
            return found_gone(method, methods, collecting.clock.now())
        case SetupReport(SetupState.STORED, FoundMethod() as found):
            shown = method.as_found(found)
            if shown == method:
                return Decision()
            told = (Event("payment_method.updated", {"method_id": method.method_id}),)
            return Decision((Change(method, bumped(shown), told),))
        case _:
            return Decision()
