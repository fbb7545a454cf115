"""What one place of the tax files asks of another, within a file and between them (TAX-2, TAX-5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from guichet.adapters.catalogue.mistakes import Finding, Path
from guichet.adapters.tax.shape import FeesShape, RatesShape, SellersShape, TaxShape
from guichet.countries import EU_MEMBERS, REGIONS


def rates_findings(file: RatesShape) -> Iterator[Finding]:
    """Every mistake of `rates.yaml` that is not one of shape."""
    yield from _place_findings(file.taxes)
    for at, tax in enumerate(file.taxes):
        path: Path = ("taxes", at)
        yield from _region_findings(path, tax)
        yield from _ascending((*path, "rates"), [each.effective_from for each in tax.rates])
    covered = {each.country for each in file.taxes if each.regions is None}
    for country in sorted(EU_MEMBERS - covered):
        yield Finding(("taxes",), "member_state_missing", f"Write the VAT of {country}.")


def _place_findings(taxes: Sequence[TaxShape]) -> Iterator[Finding]:
    served: set[tuple[str, str, str]] = set()
    for at, tax in enumerate(taxes):
        for region in tax.regions or [""]:
            place = tax.tax, tax.country, region
            if place in served:
                detail = f"{tax.tax} of {'-'.join(filter(None, place[1:]))} stands above already."
                yield Finding(("taxes", at), "tax_twice", detail)
            served.add(place)


def _region_findings(path: Path, tax: TaxShape) -> Iterator[Finding]:
    if tax.regions is None and tax.level != "country":
        yield Finding((*path, "level"), "region_missing", "Say whose tax it is: `regions`.")
    known = REGIONS.get(tax.country)
    for at, region in enumerate(tax.regions or []):
        if known is not None and region not in known:
            detail = f"One of {', '.join(sorted(known))}."
            yield Finding((*path, "regions", at), "region_unknown", detail)


def _ascending(path: Path, days: Sequence[date]) -> Iterator[Finding]:
    for at in range(1, len(days)):
        if days[at] <= days[at - 1]:
            detail = f"Later than the row above, from {days[at - 1]}."
            yield Finding((*path, at, "effective_from"), "rows_not_ascending", detail)


def fees_findings(file: FeesShape, rates: RatesShape | None) -> Iterator[Finding]:
    """Every mistake of `fees.yaml`; what it says of taxes only where these could be read."""
    names = None if rates is None else {each.tax for each in rates.taxes}
    seen: set[str] = set()
    for at, fee in enumerate(file.fees):
        path: Path = ("fees", at)
        if fee.fee in seen:
            yield Finding((*path, "fee"), "fee_twice", f"{fee.fee} stands above already.")
        seen.add(fee.fee)
        yield from _ascending((*path, "rates"), [each.effective_from for each in fee.rates])
        for row, rate in enumerate(fee.rates):
            here = (*path, "rates", row)
            if rate.effective_until is not None and rate.effective_until < rate.effective_from:
                yield Finding(
                    (*here, "effective_until"), "dates_reversed", "It ends before it begins."
                )
            for place, name in enumerate(rate.taxes):
                if names is not None and name not in names:
                    yield Finding(
                        (*here, "taxes", place), "tax_not_listed", f"No tax is called {name}."
                    )


def sellers_findings(file: SellersShape, rates: RatesShape | None) -> Iterator[Finding]:
    """Every mistake of `sellers.yaml`; where somebody collects, there is a table."""
    seen: set[str] = set()
    for at, seller in enumerate(file.sellers):
        path: Path = ("sellers", at)
        if seller.country in seen:
            yield Finding((*path, "country"), "seller_twice", f"{seller.country} stands above.")
        seen.add(seller.country)
        for row, each in enumerate(seller.collects):
            if rates is not None and not _has_table(rates, each.country, each.region):
                place = "-".join(filter(None, (each.country, each.region)))
                yield Finding(
                    (*path, "collects", row), "table_missing", f"rates.yaml has no tax of {place}."
                )
    checks = file.vat_checks
    if checks.asks_again_days > checks.counts_days:
        yield Finding(
            ("vat_checks", "asks_again_days"),
            "asks_too_late",
            "Ask again before the last answer ends to count.",
        )


def _has_table(rates: RatesShape, country: str, region: str | None) -> bool:
    """Of a region its own tax: the country's needs no nexus in the region."""
    return any(
        tax.country == country and (region is None or region in (tax.regions or []))
        for tax in rates.taxes
    )
