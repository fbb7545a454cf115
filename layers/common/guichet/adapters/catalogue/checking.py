"""What one place of the catalogue asks of another: versions, and a product as a whole (SUB-1)."""

from __future__ import annotations

from collections.abc import Iterator

from guichet.adapters.catalogue.checking_prices import (
    add_on_findings,
    metered_findings,
    plan_price_findings,
)
from guichet.adapters.catalogue.mistakes import Finding, Path
from guichet.adapters.catalogue.shape import FileShape, ProductShape
from guichet.catalogue.catalogue import BillingMode, Frequency, TaxClass


def file_findings(file: FileShape) -> Iterator[Finding]:
    """Every mistake that is not one of shape."""
    names: set[str] = set()
    for at, version in enumerate(file.versions):
        path: Path = ("versions", at)
        if version.version in names:
            yield Finding(
                (*path, "version"),
                "version_twice",
                "A version's name is never given again.",
                ((*path, "version"),),
            )
        names.add(version.version)
        if at and version.effective_from <= file.versions[at - 1].effective_from:
            yield Finding(
                (*path, "effective_from"),
                "versions_not_ascending",
                "A version begins after the one written above it.",
                ((*path, "effective_from"), ("versions", at - 1, "effective_from")),
            )
        for product_id, product in version.products.items():
            yield from product_findings((*path, "products", product_id), product)


def product_findings(path: Path, product: ProductShape) -> Iterator[Finding]:
    yield from _rank_findings(path, product)
    yield from _free_plan_findings(path, product)
    yield from _plan_findings(path, product)
    yield from plan_price_findings(path, product)
    yield from add_on_findings(path, product)
    yield from metered_findings(path, product)
    yield from _fee_findings(path, product)
    yield from _contract_findings(path, product)


def _rank_findings(path: Path, product: ProductShape) -> Iterator[Finding]:
    by_rank: dict[int, str] = {}
    for plan_id, plan in product.plans.items():
        first = by_rank.setdefault(plan.rank, plan_id)
        if first != plan_id:
            yield Finding(
                (*path, "plans", plan_id, "rank"),
                "rank_twice",
                f"{first} has it too: neither would be the upgrade.",
                ((*path, "plans", plan_id, "rank"), (*path, "plans", first, "rank")),
            )


def _free_plan_findings(path: Path, product: ProductShape) -> Iterator[Finding]:
    free = [plan_id for plan_id, plan in product.plans.items() if plan.free]
    named, plans = (*path, "free_plan"), (*path, "plans")
    for plan_id in free[1:]:
        yield Finding(
            (*plans, plan_id, "free"),
            "free_plans_several",
            f"{free[0]} is free already: trials end in one plan.",
        )
    if product.free_plan is None:
        if free:
            yield Finding(
                (*plans, free[0], "free"),
                "free_plan_not_named",
                f"Write `free_plan: {free[0]}` in the product.",
                (named,),
            )
    elif product.free_plan not in product.plans:
        yield Finding(named, "free_plan_unknown", "Name one of the product's plans.", (plans,))
    elif product.free_plan not in free:
        yield Finding(named, "free_plan_not_free", "Name a plan with `free: true`.", (plans,))


def _plan_findings(path: Path, product: ProductShape) -> Iterator[Finding]:
    for plan_id, plan in product.plans.items():
        here = (*path, "plans", plan_id)
        if plan.minimum_seats > plan.maximum_seats:
            yield Finding(
                (*here, "minimum_seats"),
                "seats_range",
                f"Not above the maximum of {plan.maximum_seats}.",
                ((*here, "maximum_seats"),),
            )
        if plan.free and plan.trial_days:
            yield Finding((*here, "trial_days"), "free_plan_trial", "What is free needs no trial.")
        for item_id in plan.included or {}:
            if item_id not in product.metered:
                yield Finding(
                    (*here, "included", item_id),
                    "included_unknown",
                    "Name one of the product's metered items.",
                    ((*path, "metered"),),
                )


def _fee_findings(path: Path, product: ProductShape) -> Iterator[Finding]:
    if not product.fees:
        return
    classes = {
        product.tax_class,
        *(item.tax_class for item in product.metered.values()),
        *(add_on.tax_class for add_on in product.add_ons.values()),
    }
    if TaxClass.TELECOM not in classes:
        yield Finding(
            (*path, "fees"),
            "fees_not_telecom",
            "Regulatory fees need something of the tax class telecom to be computed on.",
            ((*path, "tax_class"), (*path, "metered")),
        )
    seen: set[str] = set()
    for at, fee in enumerate(product.fees):
        if fee.id in seen:
            yield Finding((*path, "fees", at, "id"), "fee_twice", "Write each fee once.")
        seen.add(fee.id)


def _contract_findings(path: Path, product: ProductShape) -> Iterator[Finding]:
    contract = product.contract
    if contract is None:
        return
    here, frequencies = (*path, "contract"), (*path, "frequencies")
    billed = contract.term_months - contract.free_months
    if billed <= 0:
        yield Finding(
            (*here, "free_months"),
            "contract_free_months",
            f"Fewer than the term's {contract.term_months}: something is billed.",
            (here,),
        )
        return
    for frequency in product.frequencies:
        if billed % frequency.months:
            yield Finding(
                (*here, "term_months"),
                "contract_not_whole_periods",
                f"{billed} billed months are no whole number of {frequency} periods.",
                (frequencies, here),
            )
    if product.mode is BillingMode.ANNIVERSARY and Frequency.MONTHLY in product.frequencies:
        yield Finding(
            (*path, "mode"),
            "contract_not_whole_periods",
            "A term of months is no whole number of 30 days: choose anniversary_month.",
            (frequencies, (*path, "mode")),
        )
