"""What documents have to know of one another: by document, by account, and by series of numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from guichet.adapters.dynamo import keys
from guichet.adapters.dynamo.codec import decode
from guichet.adapters.dynamo.contents import read_content
from guichet.adapters.dynamo.seam import Item
from guichet.invoices.content import InvoiceContent
from guichet.invoices.invoice import Invoice
from guichet.ledger.billable import BillableLine
from guichet.registration.outbox import DueKind
from guichet.subscriptions.balance import AccountBalance
from guichet.subscriptions.cart import Cart
from guichet.verification.gathering import Gathered, PassedOn, told
from guichet.verification.given_back import (
    charged_and_credited,
    gives_back,
    kept_given_back,
    taxes_charged_and_credited,
)
from guichet.verification.history import History, maps
from guichet.verification.invoices import (
    DocumentFound,
    InvoicedFound,
    MovedByAccount,
    Nets,
    Numbered,
    NumbersFound,
    OrderSeen,
)

_STORED: Final = "stored"
_TOLD: Final = "told"
_DOCUMENT: Final = "document/"
_BY_ACCOUNT: Final = "invoiced/"
_SERIES: Final = "series/"
_BLOCK: Final = 1000  # numbers that are judged together: memory is that of a block
_AT_THE_END: Final = "~"  # comes after all blocks

type InvoiceGroup = DocumentFound | InvoicedFound | NumbersFound


def passed_on(history: History) -> Iterator[PassedOn]:
    """Where an object is judged together with others."""
    yield from _billed(history)
    yield from _moved(history)
    match history.value:
        case Invoice() as invoice:
            yield f"{_DOCUMENT}{invoice.invoice_id}", _STORED, told(history)
            yield f"{_BY_ACCOUNT}{invoice.account_id}", _STORED, told(history)
            first: Item = {
                "what": "at_first",
                "invoice_id": invoice.invoice_id,
                "amount": history.first.get("credit_applied_minor", 0),
            }
            yield f"{_BY_ACCOUNT}{invoice.account_id}", _TOLD, first
        case AccountBalance() as balance:
            yield f"{_BY_ACCOUNT}{balance.account_id}", _STORED, told(history)
        case Cart(is_invoiced_itself=True) as cart:
            item = history.item or {}
            row: Item = {
                "what": "order",
                "cart_id": cart.cart_id,
                "invoice_id": cart.invoice_id,
                "total": cart.preview.now.total_minor,
                "waits": item.get("due_key") == keys.due(DueKind.INVOICE),
                "at": history.last_at,
            }
            yield f"{_BY_ACCOUNT}{cart.account_id}", _TOLD, row
        case _:
            pass
    yield from _numbered(history)


def _billed(history: History) -> Iterator[PassedOn]:
    """Each line once more, by what names it and where a bill finds it."""
    kind, _, identity = history.name.partition("/")
    for entry in history.entries:
        for each in maps(entry.get("lines")):
            line = decode(BillableLine, each)
            of_order = kind == "cart"
            row: Item = {
                "what": "billed",
                "source": identity if of_order else f"{identity}@{entry['sequence']}",
                "of_order": of_order,
                "day": f"{line.bill_on}",
                "currency": line.amount.currency,
                "line": _name(line),
                "net": line.net_minor,
                "gives_back": line.of_invoice if gives_back(line) else "",
                "at": history.last_at,
            }
            yield f"{_BY_ACCOUNT}{entry.get('account_id')}", _TOLD, row


def _name(line: BillableLine) -> str:
    return " ".join(
        (
            *(line.subscription_id, str(line.kind), line.item, line.amount.currency),
            *(f"{line.bill_on}", f"{line.period.start}", f"{line.period.end}"),
        )
    )


def _moved(history: History) -> Iterator[PassedOn]:
    if not history.name.startswith("invoice/"):
        return
    for (entity, currency, account), amount in history.moved_for_entities().items():
        row: Item = {
            "what": "moved",
            "entity": entity,
            "currency": currency,
            "account": account,
            "amount": amount,
            "at": history.last_at,
        }
        yield f"{_BY_ACCOUNT}{history.entries[0].get('account_id')}", _TOLD, row


def _numbered(history: History) -> Iterator[PassedOn]:
    """By its journal: the item may have been read before it was there."""
    name, became = history.name.partition("/")[2], history.became
    place = became.get("place")
    if not history.name.startswith("invoice/") or type(place) is not int:
        return
    row: Item = {
        "what": "document",
        "place": place,
        "invoice_id": name,
        "issued_on": became.get("issued_on"),
        "at": history.last_at,
    }
    series = f"{became.get('selling_entity')}#{became.get('kind')}"
    yield _block(series, place), _TOLD, row


def _block(series: str, place: int) -> str:
    return f"{_SERIES}{series}/{place // _BLOCK:010d}"


def group_beside(item: Item) -> str | None:
    """The group of what is no object of its own; None where it is not of invoices."""
    pk, sk = str(item["pk"]), str(item["sk"])
    kind, _, identity = pk.partition("#")
    name, _, rest = sk.partition("#")
    if kind == "ACCOUNT" and name == "CONTENT":
        return _DOCUMENT + rest
    if kind == "ACCOUNT" and name == "GIVENBACK":
        return f"{_BY_ACCOUNT}{identity}"
    if kind == "SERIES" and name == "NUMBER":
        return _block(identity, int(rest))
    if kind == "SERIES":
        return f"{_SERIES}{identity}/{_AT_THE_END}"
    return None


def copied_beside(item: Item) -> Iterator[str]:
    """Where else it has to be known: what stands on a document, to the document and the account."""
    if str(item["sk"]).startswith("CONTENT#"):
        yield f"{_BY_ACCOUNT}{str(item['pk']).partition('#')[2]}"
    elif str(item["sk"]).startswith("NUMBER#") and "content" in item:
        yield f"{_DOCUMENT}{item.get('invoice_id')}"
        yield f"{_BY_ACCOUNT}{item.get('account_id')}"


def is_of_invoices(group: str) -> bool:
    return group.startswith((_DOCUMENT, _BY_ACCOUNT, _SERIES))


def put_together(found: Gathered) -> InvoiceGroup | None:
    """What is judged as one; None where the document that a content belongs to is not there."""
    if found.group.startswith(_SERIES):
        return _numbers_found(found)
    if found.group.startswith(_BY_ACCOUNT):
        return _invoiced_found(found)
    invoice = next(iter(found.of(Invoice)), None)
    if invoice is None:
        return None
    content = next((item for _, item in _contents(found)), None)
    return DocumentFound(invoice, read_content(content))


def _contents(found: Gathered) -> Iterator[tuple[str, Item]]:
    """What lies beside of documents' contents, with their ids."""
    for each in found.lying("CONTENT#"):
        yield str(each["sk"]).partition("#")[2], each
    for each in found.lying("NUMBER#"):
        yield str(each["invoice_id"]), each


def _numbers_found(found: Gathered) -> NumbersFound:
    series = found.group.removeprefix(_SERIES).rpartition("/")[0]
    counter = next(iter(found.lying("COUNTER")), None)
    return NumbersFound(
        series,
        [
            Numbered(_number(each["place"]), str(each["invoice_id"]), str(each["issued_on"]))
            for each in found.told
        ],
        [
            Numbered(int(str(each["sk"]).partition("#")[2]), str(each.get("invoice_id")))
            for each in found.lying("NUMBER#")
        ],
        None
        if counter is None
        else (_number(counter.get("last_place")), str(counter.get("last_issued_on"))),
    )


def _invoiced_found(found: Gathered) -> InvoicedFound:
    invoices = {each.invoice_id: each for each in found.of(Invoice)}
    orders = {
        str(each["cart_id"]): OrderSeen(
            str(each["invoice_id"]), _number(each["total"]), waits=bool(each["waits"])
        )
        for each in _told(found, "order")
    }
    documents = list(_documents(found, invoices))
    documented = _documented(documents)
    charged, credited = charged_and_credited(documents)
    taxes_charged, taxes_credited = taxes_charged_and_credited(documents)
    billed: Nets = Counter()
    given_back: Nets = Counter()
    by_source: dict[tuple[str, str, str], Nets] = {}
    for each in _told(found, "billed"):
        name, net = str(each["line"]), _number(each["net"])
        billed[name] += net
        if each["gives_back"]:
            given_back[str(each["gives_back"])] -= net
        if each["of_order"]:
            order = orders.get(str(each["source"]))
            place = (order.invoice_id if order else "", "", "")
        else:
            place = (str(each["source"]), str(each["day"]), str(each["currency"]))
        by_source.setdefault(place, Counter())[name] += net
    return InvoicedFound(
        invoices=invoices,
        balances=found.of(AccountBalance),
        orders=orders,
        billed=billed,
        billed_by_source=by_source,
        documented=documented,
        given_back=given_back,
        kept_given_back=kept_given_back(found),
        charged=charged,
        credited=credited,
        taxes_charged=taxes_charged,
        taxes_credited=taxes_credited,
        moved=_sums(found),
        applied_at_first={
            str(each["invoice_id"]): _number(each["amount"]) for each in _told(found, "at_first")
        },
    )


def _documents(
    found: Gathered, invoices: dict[str, Invoice]
) -> Iterator[tuple[Invoice, InvoiceContent]]:
    for name, item in _contents(found):
        content, invoice = read_content(item), invoices.get(name)
        if content is not None and invoice is not None:
            yield invoice, content


def _documented(documents: Iterable[tuple[Invoice, InvoiceContent]]) -> Nets:
    """By what was billed; what corrects an invoice gives back of it, and bills nothing."""
    nets: Nets = Counter()
    for invoice, content in documents:
        if invoice.is_correction:
            continue
        sign = -1 if invoice.is_credit_note else 1
        for part in content.lines:
            nets[_name(part.line)] += sign * part.net_minor
    return nets


def _sums(found: Gathered) -> MovedByAccount:
    sums: MovedByAccount = Counter()
    for each in _told(found, "moved"):
        place = str(each["entity"]), str(each["currency"])
        sums[place, str(each["account"])] += _number(each["amount"])
    return sums


def _told(found: Gathered, what: str) -> Iterator[Item]:
    return (each for each in found.told if each["what"] == what)


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
