"""What of an invoice's lines is left to be credited by hand, whichever road gave some back (INV-11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from guichet.errors import Conflict, invalid_field
from guichet.invoices.content import InvoiceContent
from guichet.invoices.invoice import Invoice
from guichet.invoices.parts import NotedPart
from guichet.subscriptions.creditable import Charge, GivenBack
from guichet.tax.deciding import Bearing, tax_so_far
from guichet.tax.going_back import TaxBack, TaxName, gone_of, name_of


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be given back of a line; None of the amount: what is left of it."""

    place: int
    net_minor: int | None = None


def left_of(invoice: Invoice, content: InvoiceContent, given_back: GivenBack) -> tuple[int, ...]:
    """What of each line no road gave back (INV-11); a credit among them stays as it is."""
    left = [line.net_minor for line in content.lines]
    for part in (*invoice.noted_parts, *given_parts_of(invoice, content, given_back)):
        left[part.place] -= part.net_minor
    return tuple(left)


def given_parts_of(
    invoice: Invoice, content: InvoiceContent, given_back: GivenBack
) -> tuple[NotedPart, ...]:
    """What bills and orders gave back of its lines; of like ones, of the first that have some left."""
    return _places_of(given_back.of_invoice(invoice.invoice_id), invoice, content)


def elsewhere_parts_of(
    invoice: Invoice, content: InvoiceContent, given_back: GivenBack
) -> tuple[NotedPart, ...]:
    """The same without what its own credits took off: that it never charged."""
    return _places_of(given_elsewhere(content, given_back), invoice, content)


def given_elsewhere(content: InvoiceContent, given_back: GivenBack) -> Counter[Charge]:
    """What bills and orders gave back of its charges, but for credits that stand on itself (SUB-7)."""
    gone = given_back.of_invoice(content.invoice_id)
    for each in content.lines:
        if each.line.is_credit and each.line.of_invoice == content.invoice_id:
            gone[Charge.of_line(each.line)] += each.net_minor
    return +gone


def _places_of(
    gone: Counter[Charge], invoice: Invoice, content: InvoiceContent
) -> tuple[NotedPart, ...]:
    gone = gone.copy()
    if not gone:
        return ()
    left = [line.net_minor for line in content.lines]
    for part in invoice.noted_parts:
        left[part.place] -= part.net_minor
    found: list[NotedPart] = []
    for place, line in enumerate(content.lines):
        charge = Charge.of_line(line.line)
        taken = min(gone[charge], max(left[place], 0))
        if taken:
            found.append(NotedPart(place, taken))
            gone[charge] -= taken
    return tuple(found)


def parts_of(
    invoice: Invoice, content: InvoiceContent, wanted: Sequence[Wanted], given_back: GivenBack
) -> tuple[NotedPart, ...]:
    """The lines' amounts that a credit note gives back.

    Raises:
        Invalid: `line_unknown`; `line_named_twice`; `line_is_credit`, of a line that was a credit itself;
            `credit_exceeds_line`, more than is left of it.
    """
    lefts = left_of(invoice, content, given_back)
    found: dict[int, NotedPart] = {}
    for at, each in enumerate(wanted):
        where = f"/lines/{at}"
        if not 0 <= each.place < len(content.lines):
            raise invalid_field(f"{where}/line", "line_unknown", "The invoice has no such line.")
        if each.place in found:
            raise invalid_field(f"{where}/line", "line_named_twice", "Name each line once.")
        net = content.lines[each.place].net_minor
        if net <= 0:
            raise invalid_field(
                f"{where}/line", "line_is_credit", "This line is a credit; name a charge."
            )
        left = lefts[each.place]
        amount = left if each.net_minor is None else each.net_minor
        if not 0 < amount <= left:
            raise invalid_field(
                f"{where}/net_minor",
                "credit_exceeds_line",
                f"At most {left} is left of this line.",
                rule="INV-11",
                facts={"left_minor": str(left)},
            )
        found[each.place] = NotedPart(each.place, amount)
    return tuple(found.values())


def all_parts(content: InvoiceContent) -> tuple[NotedPart, ...]:
    """Every charge, whole."""
    return tuple(
        NotedPart(place, line.net_minor)
        for place, line in enumerate(content.lines)
        if line.net_minor > 0
    )


def all_that_is_left(
    invoice: Invoice, content: InvoiceContent, given_back: GivenBack
) -> tuple[NotedPart, ...]:
    """What no road gave back of its charges.

    Raises:
        Conflict: `credit_exceeds_invoice`, nothing is left.
    """
    left = left_of(invoice, content, given_back)
    parts = tuple(NotedPart(place, net) for place, net in enumerate(left) if net > 0)
    if not parts:
        raise exceeds(0)
    return parts


def require_left(invoice: Invoice) -> None:
    """Refuse where credit notes come to the whole already.

    Raises:
        Conflict: `credit_exceeds_invoice`.
    """
    if invoice.noted_minor >= invoice.total_minor:
        raise exceeds(max(invoice.total_minor - invoice.noted_minor, 0))


def exceeds(left: int) -> Conflict:
    return Conflict(
        "credit_exceeds_invoice",
        f"Credit notes come to at most the invoice; {left} is left of it, tax included.",
        rule="INV-11",
        facts={"left_minor": str(left)},
    )


def tax_left(invoice: Invoice, given_back: GivenBack) -> dict[TaxName, int]:
    """What may still go back of each tax with a bill or an order, which are rounded for themselves.

    It is what its charges bore, less what credit notes gave back, and less what those of done orders
    will, that are not made yet.
    """
    waiting = given_back.waiting_taxes(invoice.invoice_id, invoice.note_ids)
    gone = (*invoice.noted_taxes, *waiting)
    return {
        name_of(each): max(
            tax_so_far(Decimal(each.percent), own.net_minor) - _amount(gone, each), 0
        )
        for own in invoice.own_taxes
        if own.net_minor > 0
        for each in own.bearings
        if Decimal(each.percent)
    }


def _amount(gone: Sequence[TaxBack], bearing: Bearing) -> int:
    return gone_of(gone, name_of(bearing))[1]
