"""What is due of exemption certificates and VAT numbers, and of invoices that a number's answer corrects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from guichet.invoices.use_cases.correct_vat import CorrectVat, correct_vat
from guichet.invoices.use_cases.end_vat_doubt import end_vat_doubt
from guichet.registration.outbox import DueKind
from guichet.taxpayer.use_cases.check_vat_number import check_vat_number
from guichet.taxpayer.use_cases.end_correction import end_correction
from guichet.taxpayer.use_cases.expire_certificate import expire_certificate

if TYPE_CHECKING:
    from guichet.bootstrap import Container
    from guichet.events import Actor
    from guichet.invoices.invoice import Invoice


def do_taxpayers(kind: DueKind, ids: tuple[str, ...], actor: Actor, container: Container) -> None:
    """One of them."""
    billing = container.billing
    account_id, identity = ids
    match kind:
        case DueKind.CERTIFICATE:
            expire_certificate(
                account_id, identity, actor, records=billing.taxpayers, clock=container.clock
            )
        case DueKind.VAT_DOUBT:
            _look_at_order(account_id, identity, actor, container)
        case _:
            _correct_confirmed(account_id, identity, actor, container)
            check_vat_number(
                account_id,
                identity,
                actor,
                records=billing.taxpayers,
                register=container.vat_register,
                policy=billing.vat_policy,
                clock=container.clock,
            )


def corrected(command: CorrectVat, container: Container) -> list[Invoice]:
    """One series' invoices of an account; answers the credit notes that this call made (TAX-3)."""
    billing = container.billing
    return correct_vat(
        command,
        invoicing=billing.invoicing,
        numbers=billing.taxpayers,
        policy=billing.vat_policy,
    )


def _correct_confirmed(account_id: str, number_id: str, actor: Actor, container: Container) -> None:
    """Whatever the messages of a confirmation have left, of every series: they may have been lost."""
    record = container.billing.taxpayers.vat_record_named(account_id, number_id)
    if record is None or record.confirmed_at is None:
        return
    confirmed_at = record.confirmed_at
    for entity in sorted(container.selling_entities.entities):
        corrected(CorrectVat(account_id, entity, number_id, confirmed_at, actor), container)
    end_correction(
        account_id,
        number_id,
        confirmed_at,
        actor,
        records=container.billing.taxpayers,
        clock=container.clock,
    )


def _look_at_order(account_id: str, invoice_id: str, actor: Actor, container: Container) -> None:
    """Its number may have been confirmed between its preview, by which it is taxed, and its invoice."""
    invoicing = container.billing.invoicing
    invoice = invoicing.records.invoice(account_id, invoice_id)
    if invoice is None or invoice.in_doubt_since is None:
        return
    entity, since = invoice.selling_entity, invoice.in_doubt_since
    corrected(CorrectVat(account_id, entity, "", since, actor), container)
    end_vat_doubt(account_id, invoice_id, actor, invoicing=invoicing)
