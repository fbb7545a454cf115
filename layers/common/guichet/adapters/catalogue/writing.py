"""The compiled form: what a worker reads without judging, amounts in minor units already."""

from __future__ import annotations

from collections.abc import Mapping

from guichet.adapters.catalogue.shape import (
    AddOnShape,
    FileShape,
    MeteredShape,
    PlanShape,
    ProductShape,
    RowShape,
    VersionShape,
)
from guichet.catalogue.catalogue import Frequency
from guichet.money import minor_digits

type Raw = dict[str, object]


def raw_file(file: FileShape) -> Raw:
    """What `guichet.catalogue.loading` reads; names and plans stand in the order of the file."""
    return {"versions": [_version(version) for version in file.versions]}


def _version(version: VersionShape) -> Raw:
    return {
        "version": version.version,
        "effective_from": version.effective_from.isoformat(),
        "products": {name: _product(product) for name, product in version.products.items()},
    }


def _product(product: ProductShape) -> Raw:
    contract = product.contract
    return {
        "names": product.names,
        "mode": product.mode,
        "basis": product.basis,
        "tax_class": product.tax_class,
        "currencies": product.currencies,
        "frequencies": product.frequencies,
        "plans": {name: _plan(plan) for name, plan in product.plans.items()},
        "add_ons": {name: _add_on(add_on) for name, add_on in product.add_ons.items()},
        "metered": {name: _metered(item) for name, item in product.metered.items()},
        "fees": [
            {
                "fee_id": fee.id,
                "names": fee.names,
                "country": fee.country,
                "interstate_share_bps": fee.interstate_share_bps,
            }
            for fee in product.fees
        ],
        "self_service": sorted(product.self_service),
        "retention": _retention(product.retention),
        "frequency_change": product.frequency_change,
        "contract": contract.model_dump() if contract is not None else None,
        "free_plan_id": product.free_plan,
        "selling_entities": product.selling_entities,
    }


def _plan(plan: PlanShape) -> Raw:
    return {
        "names": plan.names,
        "rank": plan.rank,
        "prices": _recurring(plan.prices),
        "is_free": plan.free,
        "attendance_limit": plan.attendance_limit,
        "trial_days": plan.trial_days,
        "pay_online": plan.pay_online,
        "minimum_seats": plan.minimum_seats,
        "maximum_seats": plan.maximum_seats,
        "included": plan.included,
    }


def _add_on(add_on: AddOnShape) -> Raw:
    return {
        "names": add_on.names,
        "recurring": _recurring(add_on.recurring or {}),
        "once": {name: _minor(text, name) for name, text in (add_on.once or {}).items()},
        "is_physical": add_on.physical,
        "is_rental": add_on.rental,
        "maximum_quantity": add_on.maximum_quantity,
        # Only where it is told, so that what was compiled before there was such a key stays the same.
        **({} if add_on.tax_class is None else {"tax_class": add_on.tax_class}),
    }


def _metered(item: MeteredShape) -> Raw:
    return {
        "names": item.names,
        "unit": item.unit,
        "tables": [
            {
                "effective_from": table.effective_from.isoformat(),
                "rows": [_row(row) for row in table.rows],
            }
            for table in item.tables
        ],
        "included": item.included,
        "countries": sorted(item.countries) if item.countries is not None else None,
        "counts_characters": item.counts_characters,
        "tax_class": item.tax_class,
    }


def _row(row: RowShape) -> Raw:
    return {
        "per_unit": row.per_unit,
        "prefix": row.prefix,
        "country": row.country,
        "direction": row.direction,
    }


def _recurring(prices: Mapping[str, Mapping[Frequency, str]]) -> Raw:
    return {
        currency: {frequency.value: _minor(text, currency) for frequency, text in each.items()}
        for currency, each in prices.items()
    }


def _minor(text: str, currency: str) -> int:
    """The decimal text in minor units; checked before to have no more decimals than the currency."""
    whole, _, part = text.partition(".")
    return int(whole + part.ljust(minor_digits(currency), "0"))


def _retention(text: str) -> Raw:
    number = int(text[1:-1])
    return {"days": number, "months": 0} if text.endswith("D") else {"days": 0, "months": number}
