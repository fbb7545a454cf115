"""Cases of the taxes on a bill and of what credit notes give back, through the tables that bill them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from guichet.adapters.tax.packaged import packaged_tax_tables
from guichet.catalogue.catalogue import TaxClass
from guichet.tax.crediting import TaxedLine, gross_of_credits
from guichet.tax.deciding import TaxableLine, decide, discounted
from guichet.tax.subject import Exemption, TaxSubject, VatStanding
from guichet.tax.tables import TaxTables

type Given = Mapping[str, Any]
type Answer = dict[str, object]


def invoice_tax(given: Given) -> Answer:
    """`category` is that of the whole bill, where it has but one."""
    day = date.fromisoformat(given["date"])
    nets = discounted(
        [_whole(line["amount"]) for line in given["lines"]],
        [_whole(each) for each in given.get("discounts") or []],
    )
    lines = [
        TaxableLine(net, TaxClass(line["tax_class"]))
        for net, line in zip(nets, given["lines"], strict=True)
    ]
    decision = decide(given["seller"], _subject(given["customer"]), day, lines, _tables())
    taxes: dict[str, int] = {}
    for group in decision.charged:
        taxes[group.name] = taxes.get(group.name, 0) + group.amount_minor
    answer: Answer = {"taxes": taxes, "total": sum(nets) + decision.total_minor}
    if len(decision.categories) == 1:
        answer["category"] = decision.categories[0].value
    return answer


def refund_series(given: Given) -> Answer:
    """Lines of one rate were taxed together (TAX-1)."""
    lines = []
    for line in given["lines"]:
        if not isinstance(line["rate"], str):
            raise TypeError("`rate` is a decimal in quotes")
        percent = Decimal(line["rate"])
        lines.append(TaxedLine(_whole(line["net"]), str(percent.normalize()), (percent,)))
    credits_ = [(_whole(place), _whole(net)) for place, net in given["refunds"]]
    return {"gross": gross_of_credits(lines, credits_)}


@cache
def _tables() -> TaxTables:
    return packaged_tax_tables()


def _subject(customer: Given) -> TaxSubject:
    region = customer.get("region") or ""
    return TaxSubject(
        country=customer["country"],
        region=region,
        is_business=customer["business"],
        vat_standing=VatStanding.VALID
        if customer["vat_number_valid"]
        else VatStanding.NEVER_ANSWERED,
        exemptions=tuple(
            Exemption(customer["country"], each, date.min, date.max, "certificate")
            for each in customer.get("exempt_regions") or []
        ),
    )


def _whole(value: object) -> int:
    if type(value) is not int:
        raise TypeError(f"{value!r} is no whole number")
    return value
