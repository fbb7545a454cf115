"""What is due of exemption certificates and VAT numbers, and of invoices that a number's answer corrects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from guichet.invoices.use_cases.correct_vat import CorrectVat, VatCorrected, correct_vat
from guichet.invoices.use_cases.end_vat_doubt import end_vat_doubt
from guichet.invoices.use_cases.postpone_vat_doubt import postpone_vat_doubt
from guichet.registration.outbox import DueKind
from guichet.taxpayer.use_cases.check_vat_number import check_vat_number
from guichet.taxpayer.use_cases.end_correction import end_correction
from guichet.taxpayer.use_cases.expire_certificate import expire_certificate
from guichet.taxpayer.use_cases.postpone_correction import postpone_correction

if TYPE_CHECKING:
    from guichet.bootstrap import Container
    from guichet.events import Actor


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


def corrected(command: CorrectVat, container: Container) -> VatCorrected:
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
    records = container.billing.taxpayers
    record = records.vat_record_named(account_id, number_id)
    if record is None or record.confirmed_at is None:
        return
    confirmed_at, waits = record.confirmed_at, False
    for entity in sorted(container.selling_entities.entities):
        command = CorrectVat(account_id, entity, number_id, confirmed_at, actor)
        waits = corrected(command, container).waits or waits
    goes_on = postpone_correction if waits else end_correction
    goes_on(account_id, number_id, confirmed_at, actor, records=records, clock=container.clock)


def _look_at_order(account_id: str, invoice_id: str, actor: Actor, container: Container) -> None:
    """Its number may have been confirmed between its preview, by which it is taxed, and its invoice."""
    invoicing = container.billing.invoicing
    invoice = invoicing.records.invoice(account_id, invoice_id)
    if invoice is None or invoice.in_doubt_since is None:
        return
    record = container.billing.taxpayers.vat_record_marked(account_id, invoice.vat_mark)
    number_id = record.number_id if record else ""  # the account may have another number by now
    entity, since = invoice.selling_entity, invoice.in_doubt_since
    command = CorrectVat(account_id, entity, number_id, since, actor)
    goes_on = postpone_vat_doubt if corrected(command, container).waits else end_vat_doubt
    goes_on(account_id, invoice_id, actor, invoicing=invoicing)
