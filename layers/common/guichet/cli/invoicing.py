"""Commands about invoices: release what was parked, look for gaps, run, compute one again."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from guichet.cli.stack import Commands, operator, say, the_stack

if TYPE_CHECKING:
    from collections.abc import Iterable

    from guichet.invoices.gaps import SeriesReport
    from guichet.invoices.invoice import Invoice
    from guichet.invoices.invoicing import Invoicing
    from guichet.invoices.use_cases.request_run import WouldBill

_PAGE = 100


def add_to(commands: Commands) -> None:
    """`invoices release`, `invoices gaps`, `invoices run`; `recompute`."""
    invoices = commands.add_parser("invoices", help="release what was parked, find gaps, run")
    acts = invoices.add_subparsers(required=True)
    release = acts.add_parser("release", help="let what was parked be invoiced again (INV-1)")
    for name in ("account", "entity", "currency"):
        release.add_argument(name)
    release.set_defaults(command=_release)
    gaps = acts.add_parser("gaps", help="each series: its last number, and what is wrong (INV-3)")
    gaps.set_defaults(command=_gaps)
    run = acts.add_parser("run", help="invoice everything that is due now")
    run.add_argument("--dry-run", action="store_true", help="only say what that would bill")
    run.set_defaults(command=_run)
    recompute = commands.add_parser(
        "recompute", help="compute an invoice again, and compare it with its files byte for byte"
    )
    recompute.add_argument("invoice", help="its number, or its id with --account")
    recompute.add_argument("--account", help="whose it is; a number needs none")
    recompute.set_defaults(command=_recompute)


def _release(options: argparse.Namespace) -> None:
    from guichet.invoices.use_cases.release_account import (  # noqa: PLC0415 - on its road only
        ReleaseAccount,
        release_account,
    )

    parts, _ = the_stack(options)
    command = ReleaseAccount(options.account, options.entity, options.currency, None, operator())
    balance = release_account(command, invoicing=parts.billing.invoicing)
    say(f"released: {len(balance.waiting)} bills of {options.account} wait for the next run")


def _gaps(options: argparse.Namespace) -> int:
    from guichet.invoices.use_cases.find_gaps import find_gaps  # noqa: PLC0415 - on its road only

    parts, _ = the_stack(options)
    return told(find_gaps(parts.billing.invoicing))


def told(reports: Iterable[SeriesReport]) -> int:
    """Say what was found; 1 where anything is wrong."""
    status = 0
    for report in reports:
        series = report.series
        say(f"{series.name}: last number {series.number}, {series.last_issued_on}")
        for place in report.missing:
            say(f"  missing: {series.number_at(place)}")
        for place in report.without_document:
            say(f"  no document: {series.number_at(place)}")
        for place in report.beyond:
            say(f"  beyond the counter: {series.number_at(place)}")
        for each in report.backwards:
            number = series.number_at(each.place)
            say(f"  runs back: {number} of {each.issued_on}, after {each.after}")
        status = status if report.is_good else 1
    return status


def _run(options: argparse.Namespace) -> None:
    parts, _ = the_stack(options)
    invoicing = parts.billing.invoicing
    if options.dry_run:
        _dry(invoicing)
        return
    import secrets  # noqa: PLC0415 - on its road only

    from guichet.invoices.use_cases.request_run import (  # noqa: PLC0415 - same
        RequestRun,
        request_run,
    )

    command = RequestRun(None, secrets.token_urlsafe(16), operator())
    run = request_run(command, invoicing=invoicing).value
    say(f"{run.run_id} is {run.status}; GET /v1/invoice-runs/{run.run_id} tells how far it is")


def _dry(invoicing: Invoicing) -> None:
    from guichet.invoices.use_cases.request_run import dry_run  # noqa: PLC0415 - same

    after: str | None = None
    while True:
        page = dry_run(None, limit=_PAGE, after=after, invoicing=invoicing)
        for each in page.items:
            say(_line(each))
            for document in each.documents:
                say(f"  {_document(document)}")
        after = page.after
        if after is None:
            return


def _line(would: WouldBill) -> str:
    candidate = would.candidate
    what = candidate.cart_id or "balance"
    whose = f"{candidate.account_id} {candidate.selling_entity} {candidate.currency} {what}"
    if would.parks:
        return f"{whose}: would be parked, {would.parks}: {would.why}".rstrip(": ")
    if would.is_parked:
        return f"{whose}: is parked"
    return f"{whose}: {len(would.documents) or 'waits'}"


def _document(document: Invoice) -> str:
    open_ = f", open {document.open}" if document.open_minor else ""
    return f"{document.number} of {document.issued_on}: {document.total}{open_}"


def _recompute(options: argparse.Namespace) -> int:
    """Answers 1 where a file differs from the one that is kept, or is not kept."""
    from guichet.invoices.ports import KeepingError  # noqa: PLC0415 - on its road only
    from guichet.invoices.use_cases.recompute_document import (  # noqa: PLC0415 - same
        recompute_document,
    )

    parts, _ = the_stack(options)
    try:
        found = recompute_document(
            options.invoice,
            options.account,
            entities=frozenset(parts.selling_entities.entities),
            records=parts.billing.invoices,
            files=parts.documents,
            render=parts.render_document,
        )
    except KeepingError as error:
        say(f"the kept files can't be read: {error}")
        return 1
    for form, verdict in found.verdicts:
        say(f"{found.invoice.number}.{form.ending}: {verdict}")
    return 0 if found.is_same else 1
