"""Commands about invoices: recompute (INV-4)."""

from __future__ import annotations

import argparse

from guichet.cli.stack import Commands, say, the_stack


def add_to(commands: Commands) -> None:
    """`recompute`."""
    recompute = commands.add_parser(
        "recompute", help="compute an invoice again, and compare it with its files byte for byte"
    )
    recompute.add_argument("invoice", help="its number, or its id with --account")
    recompute.add_argument("--account", help="whose it is; a number needs none")
    recompute.set_defaults(command=_recompute)


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
