"""One road for everything that settles: what a message names, or what is due, becomes a use case."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from guichet.adapters.dynamo.keys import is_of_several
from guichet.bootstrap import Container
from guichet.errors import Unavailable
from guichet.events import Actor, ActorKind
from guichet.ledger.journal import Cause
from guichet.payments.own_refund import names_own_refund
from guichet.payments.ports import Hint
from guichet.registration.outbox import DueKind, DueWork
from guichet.registration.provider_event import ProviderEvent
from guichet.registration.use_cases.apply_provider_event import AskBilling, apply_provider_event
from guichet.registration.use_cases.do_due_work import Doers
from guichet.registration.use_cases.end_open_sessions import end_open_sessions
from guichet.registration.use_cases.end_unlinked_sessions import end_unlinked_sessions
from guichet.registration.use_cases.release_hold import release_hold
from guichet.registration.use_cases.run_cancellation import run_cancellation
from guichet.registration.use_cases.settle_payment import settle_payment
from guichet.registration.use_cases.settle_refund import settle_refund

if TYPE_CHECKING:
    from guichet.subscriptions.ports import ProviderEventApplied


def settle_message(message: Mapping[str, str], container: Container) -> bool:
    """Carry out one message; answers False where it must wait (its due entry brings it back)."""
    ids: dict[str, tuple[str, ...]] = {
        "event": ("provider", "event_id"),
        "refund": ("payment_id", "refund_id"),
        "training": ("training_id",),
        "payment_account": ("account_id", "provider"),
        "collection": ("account_id", "invoice_id"),
        "own_refund": ("refund_id",),
    }
    kind = DueKind(message["do"])
    try:
        _do(kind, tuple(message[name] for name in ids[kind]), "settle", container)
    except Unavailable:
        return False
    return True


def doers(container: Container, pass_on: Callable[[DueWork], None]) -> Doers:
    """Who does what is due. Mails are passed on to `deliver`, which alone can write them."""

    def do(work: DueWork) -> bool:
        _do(work.kind, work.ids, "upkeep", container)
        return True

    def leave_to_deliver(work: DueWork) -> bool:
        if is_of_several(work.ids[0]):
            container.outbox.make_unsent_due(work.ids[0], now=container.clock.now())
            return True
        pass_on(work)
        return False

    # Mails first: they wait for no provider, whose outage would use up the whole run.
    order = (
        DueKind.EVENT,
        DueKind.REFUND,
        DueKind.PAYMENT,
        DueKind.TRAINING,
        DueKind.PAYMENT_ACCOUNT,
        DueKind.HOLD,
        DueKind.OWN_REFUND,
        DueKind.CART_PAYMENT,
        DueKind.CART,
        DueKind.SUBSCRIPTION,
        DueKind.BALANCE,
        DueKind.COLLECTION,
        DueKind.INVOICE_PAYMENT,
        DueKind.METHOD_SETUP,
        DueKind.STORED_METHOD,
        DueKind.CERTIFICATE,
        DueKind.VAT_DOUBT,
        DueKind.VAT_NUMBER,  # last: an outage of the register uses up what is left of the run
    )
    return {DueKind.EFFECT: leave_to_deliver} | dict.fromkeys(order, do)


def _do(kind: DueKind, ids: tuple[str, ...], source: str, container: Container) -> None:  # noqa: C901 - one case a kind
    actor = Actor(ActorKind.SYSTEM, source, source)
    match kind:
        case DueKind.EVENT:
            provider, event_id = ids
            apply_provider_event(
                provider,
                event_id,
                settling=container.settling,
                refunding=container.refunding,
                outside=container.outside,
                linking=container.linking,
                read_hint=read_hint,
                ask_billing=billing_asker(container),
            )
        case DueKind.HOLD:
            release_hold(ids[0], actor, settling=container.settling)
        case DueKind.PAYMENT:
            settle_payment(ids[0], actor, settling=container.settling)
        case DueKind.REFUND:
            settle_refund(ids[0], ids[1], actor, refunding=container.refunding)
        case DueKind.TRAINING:
            end_open_sessions(ids[0], actor, settling=container.settling)
            run_cancellation(ids[0], actor, settling=container.settling)
        case DueKind.PAYMENT_ACCOUNT:
            end_unlinked_sessions(ids[0], ids[1], actor, settling=container.settling)
        case DueKind.CART_PAYMENT | DueKind.CART | DueKind.SUBSCRIPTION | DueKind.BALANCE:
            _do_billing(kind, ids, actor, container)
        case DueKind.METHOD_SETUP | DueKind.STORED_METHOD:
            _do_methods(kind, ids, actor, container)
        case DueKind.COLLECTION | DueKind.INVOICE_PAYMENT | DueKind.OWN_REFUND:
            _do_collecting(kind, ids, actor, container)
        case DueKind.CERTIFICATE | DueKind.VAT_NUMBER | DueKind.VAT_DOUBT:
            _do_taxpayers(kind, ids, actor, container)
        case DueKind.EFFECT | DueKind.INVOICE:
            raise ValueError("mails are written by deliver, invoices by invoice_run")


def billing_asker(container: Container) -> AskBilling:
    """Whom an event of the operator's own accounts is about, asked; noted with its effect."""

    def ask(hint: Hint, cause: Cause, event: ProviderEvent) -> None:
        from guichet.subscriptions.ports import (  # noqa: PLC0415 - billing only
            ProviderEventApplied,
        )

        applied = ProviderEventApplied(event.provider, event.event_id)
        if not _asked_by_billing(hint, cause, applied, container):
            container.records.event_ignored(cause, event)

    return ask


def _asked_by_billing(  # noqa: PLR0911 - one answer a kind of hint
    hint: Hint, cause: Cause, applied: ProviderEventApplied, container: Container
) -> bool:
    """Whether the event was noted as applied with what it had as its effect."""
    from guichet.collection.use_cases.note_detached import (  # noqa: PLC0415 - billing only
        note_detached,
    )
    from guichet.collection.use_cases.settle_setup import (  # noqa: PLC0415 - same
        settle_setup,
    )

    billing, provider = container.billing, applied.provider
    match hint:
        case Hint(refund_id=str(named)) if names_own_refund(named):
            return billing.own_refunding.ask(named, cause, applied)
        case Hint(cart_payment_id=str(named)):
            return billing.ordering.ask(named, cause, applied)
        case Hint(invoice_payment_id=str(named)):
            return billing.charging.ask(named, cause, applied)
        case Hint(disputed_charge_id=str(named)):
            found = billing.charges.payment_charged_as(provider, named)
            return found is not None and billing.charging.ask(found.payment_id, cause, applied)
        case Hint(setup_id=str(named)):
            collecting = billing.collecting
            return settle_setup(named, cause.actor, collecting=collecting, event=applied)
        case Hint(detached_token=str(named)):
            collecting = billing.collecting
            return note_detached(provider, named, cause.actor, collecting=collecting, event=applied)
        case _:
            return False


def _do_billing(kind: DueKind, ids: tuple[str, ...], actor: Actor, container: Container) -> None:
    """What is due of orders and subscriptions; loaded where something is."""
    from guichet.subscriptions.use_cases.look_at_cart import (  # noqa: PLC0415 - billing only
        look_at_cart,
    )
    from guichet.subscriptions.use_cases.move_subscription import (  # noqa: PLC0415 - same
        move_subscription,
    )
    from guichet.subscriptions.use_cases.settle_cart_payment import (  # noqa: PLC0415 - same
        settle_cart_payment,
    )

    billing = container.billing
    match kind:
        case DueKind.CART_PAYMENT:
            settle_cart_payment(ids[0], actor, ordering=billing.ordering)
        case DueKind.CART:
            look_at_cart(ids[0], ids[1], actor, ordering=billing.ordering)
        case DueKind.BALANCE:
            from guichet.invoices.use_cases.apply_credit import (  # noqa: PLC0415 - same
                apply_credit,
            )

            account_id, entity, currency = ids
            apply_credit(account_id, entity, currency, actor, invoicing=billing.invoicing)
        case _:
            account_id, subscription_id = ids
            move_subscription(
                account_id, subscription_id, actor, ordering=billing.ordering, usage=billing.usage
            )


def _do_collecting(kind: DueKind, ids: tuple[str, ...], actor: Actor, container: Container) -> None:
    """Invoices to collect, attempts to ask about, money to give back; loaded where something is due."""
    from guichet.collection.use_cases.collect_invoice import (  # noqa: PLC0415 - collecting only
        collect_invoice,
    )
    from guichet.collection.use_cases.settle_invoice_payment import (  # noqa: PLC0415 - same
        settle_invoice_payment,
    )
    from guichet.collection.use_cases.settle_own_refund import (  # noqa: PLC0415 - same
        settle_own_refund,
    )

    billing = container.billing
    match kind:
        case DueKind.COLLECTION:
            collect_invoice(ids[0], ids[1], actor, charging=billing.charging)
        case DueKind.OWN_REFUND:
            settle_own_refund(ids[0], actor, own_refunding=billing.own_refunding)
        case _:
            settle_invoice_payment(ids[0], actor, charging=billing.charging)


def _do_methods(kind: DueKind, ids: tuple[str, ...], actor: Actor, container: Container) -> None:
    """What is due of payment methods; loaded where something is."""
    from guichet.collection.use_cases.forget_method import (  # noqa: PLC0415 - collecting only
        forget_method,
    )
    from guichet.collection.use_cases.settle_setup import (  # noqa: PLC0415 - same
        settle_setup,
    )

    collecting = container.billing.collecting
    if kind is DueKind.METHOD_SETUP:
        settle_setup(ids[0], actor, collecting=collecting)
    else:
        forget_method(ids[0], ids[1], actor, collecting=collecting)


def _do_taxpayers(kind: DueKind, ids: tuple[str, ...], actor: Actor, container: Container) -> None:
    """What is due of exemption certificates and VAT numbers; loaded where something is."""
    from guichet.entry.taxpayers import do_taxpayers  # noqa: PLC0415 - billing only

    do_taxpayers(kind, ids, actor, container)


def read_hint(event: ProviderEvent) -> Hint:
    """Whom to ask about a stored event: each provider's adapter reads its own."""
    from guichet.adapters.paypal import hints as paypal  # noqa: PLC0415 - on this road only
    from guichet.adapters.stripe import webhooks as stripe  # noqa: PLC0415 - same

    readers: dict[str, Callable[[ProviderEvent], Hint]] = {
        "paypal": paypal.read_hint,
        "stripe": stripe.read_hint,
    }
    return readers[event.provider](event)


def message_of(record: Mapping[str, Any]) -> dict[str, str]:
    """The body of a queue's message."""
    body = json.loads(record["body"])
    if not isinstance(body, dict):
        raise TypeError("a message is an object")
    return {str(name): str(value) for name, value in body.items()}
