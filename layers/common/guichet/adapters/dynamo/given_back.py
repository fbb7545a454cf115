"""What went back of invoices, read and kept: by bills in an item of each month, by hand on the invoices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from guichet.adapters.dynamo import items, keys
from guichet.adapters.dynamo.codec import decode, encode_stated
from guichet.adapters.dynamo.contents import content_of
from guichet.adapters.dynamo.listing import listed
from guichet.adapters.dynamo.seam import TRANSACTION_LIMIT, Absent, Dynamo, Equals, Item, Key, Put
from guichet.invoices.invoice import Invoice
from guichet.invoices.remaining import tax_left
from guichet.registration.outbox import DueKind
from guichet.subscriptions.assessing import EarlierTaxes
from guichet.subscriptions.balance import invoice_month
from guichet.subscriptions.cart import Cart, CartStatus
from guichet.subscriptions.creditable import Charge, Earlier, GivenBack, KeepGivenBack

_PAGE: Final = 100
_MANY_ORDERS: Final = 20  # then it is worth a look which of them have their invoices


def given_back(dynamo: Dynamo, account_id: str, invoice_id: str) -> GivenBack:
    """What bills gave back of the invoices of this one's month."""
    month = invoice_month(invoice_id)
    return _read(account_id, month, dynamo.get("state", keys.given_back(account_id, month)))


def earlier(dynamo: Dynamo, account_id: str, invoice_ids: Sequence[str]) -> Earlier:
    """In one reading; what credit notes by hand were about stands with the invoices that have some.

    Of more than fit in a reading, what guards the write that follows is read first.
    """
    given, invoices = _read_all(dynamo, account_id, invoice_ids)
    if sum(len(each.orders) for each in given) > _MANY_ORDERS:
        done = _with_invoice(dynamo, account_id, given)
        given, invoices = _read_all(dynamo, account_id, invoice_ids)  # with their notes
        given = tuple(each.without_orders(done) for each in given)
    return Earlier(
        _borne(dynamo, account_id, invoice_ids, invoices),
        {each.invoice_id: _by_hand(dynamo, each) for each in invoices if each.noted_parts},
        given,
        {
            each.invoice_id: tax_left(each, _of_month(given, each))
            for each in invoices
            if each.own_taxes
        },
    )


def borne(dynamo: Dynamo, account_id: str, invoice_ids: Sequence[str]) -> EarlierTaxes:
    """What the charges of these invoices bore, however many they are."""
    found = _together(dynamo, [keys.invoice(account_id, each) for each in invoice_ids])
    read = (items.read(Invoice, each) for each in found)
    return _borne(dynamo, account_id, invoice_ids, [each for each in read if each is not None])


def _borne(
    dynamo: Dynamo, account_id: str, invoice_ids: Sequence[str], invoices: Sequence[Invoice]
) -> EarlierTaxes:
    """What the charges of these bore; of an order whose invoice is not made yet, what it was quoted.

    Its account may be parked, or it was done a moment ago. What is taxed with a bill has no taxes yet.
    """
    borne = {
        each.invoice_id: {own.tax_class: own.bearings for own in each.own_taxes}
        for each in invoices
    }
    missing = set(invoice_ids) - borne.keys()
    after: str | None = None
    while missing:
        carts, after = listed(
            dynamo, Cart, keys.account(account_id).pk, prefix="CART#", limit=_PAGE, after=after
        )
        for cart in carts:
            if cart.status is CartStatus.DONE and cart.invoice_id in missing:
                borne[cart.invoice_id] = dict(cart.own_bearings)
                missing.discard(cart.invoice_id)
        if after is None:
            break
    return borne


def _read_all(
    dynamo: Dynamo, account_id: str, invoice_ids: Sequence[str]
) -> tuple[tuple[GivenBack, ...], list[Invoice]]:
    months = sorted({invoice_month(each) for each in invoice_ids})
    wanted = [keys.given_back(account_id, each) for each in months]
    wanted += [keys.invoice(account_id, each) for each in invoice_ids]
    found = _together(dynamo, wanted)
    given = tuple(_read(account_id, *each) for each in zip(months, found, strict=False))
    read = [items.read(Invoice, each) for each in found[len(months) :]]
    return given, [each for each in read if each is not None]


def _together(dynamo: Dynamo, wanted: Sequence[Key]) -> list[Item | None]:
    found: list[Item | None] = []
    for begin in range(0, len(wanted), TRANSACTION_LIMIT):
        taken = wanted[begin : begin + TRANSACTION_LIMIT]
        found += dynamo.transact_get([("state", key) for key in taken])
    return found


def _with_invoice(dynamo: Dynamo, account_id: str, given: Sequence[GivenBack]) -> frozenset[str]:
    """The orders that don't wait for theirs any more: nothing has to be known of them."""
    names = list(dict.fromkeys(order.cart_id for each in given for order in each.orders))
    carts = _together(dynamo, [keys.cart(account_id, each) for each in names])
    waits = keys.due(DueKind.INVOICE)
    return frozenset(
        name
        for name, cart in zip(names, carts, strict=True)
        if cart is None or cart.get("due_key") != waits
    )


def _of_month(given: Sequence[GivenBack], invoice: Invoice) -> GivenBack:
    month = invoice_month(invoice.invoice_id)
    return next(each for each in given if each.month == month)


def keeping(step: KeepGivenBack) -> Put:
    """Put if nobody else has given back any of that month's invoices meanwhile."""
    before, after = step.before, step.after
    guard = Equals("version", before.version) if before.version else Absent()
    return Put("state", items.stored(_key(after), encode_stated(after)), guard)


def _key(value: GivenBack) -> Key:
    return keys.given_back(value.account_id, value.month)


def _read(account_id: str, month: str, item: Item | None) -> GivenBack:
    return GivenBack(account_id, month) if item is None else decode(GivenBack, item)


def _by_hand(dynamo: Dynamo, invoice: Invoice) -> Counter[Charge]:
    content = content_of(dynamo, invoice)
    if content is None:
        raise LookupError("an invoice without its content")
    gone: Counter[Charge] = Counter()
    for part in invoice.noted_parts:
        gone[Charge.of_line(content.lines[part.place].line)] += part.net_minor
    return gone
