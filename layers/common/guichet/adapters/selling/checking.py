"""What one place of the file of selling entities asks of another (INV-12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from types import MappingProxyType
from typing import Final

from guichet.access.addresses import Address
from guichet.access.vat_numbers import sound_vat_number
from guichet.adapters.catalogue.mistakes import Finding, Path
from guichet.adapters.selling.shape import EntityShape, FileShape
from guichet.errors import Invalid

_CARDS_AT: Final = "stripe"  # that is where cards and bank accounts are stored
_DEBITED_IN: Final = MappingProxyType({"ach": "USD", "sepa": "EUR", "bacs": "GBP"})

# The bytes of a file of config/forms; None where there is none.
type ReadForm = Callable[[str], bytes | None]

_MOST_FORM_BYTES: Final = 300_000  # it travels in an answer, and in each function's package


def file_findings(file: FileShape, read_form: ReadForm) -> Iterator[Finding]:
    """Every mistake that is not one of shape."""
    named: set[str] = set()
    yield from _country_findings(file)
    for entity_id, entity in file.entities.items():
        path: Path = ("entities", entity_id)
        yield from _number_findings(path, entity)
        yield from _currency_findings(path, entity)
        yield from _day_findings(path, entity)
        yield from _brand_findings(path, entity)
        yield from _debit_findings(path, entity)
        yield from _form_findings(path, entity, named, read_form)


def _country_findings(file: FileShape) -> Iterator[Finding]:
    served: dict[str, str] = {}
    for entity_id, entity in file.entities.items():
        path: Path = ("entities", entity_id, "serves")
        wanted = ["others"] if entity.serves == "others" else entity.serves
        for at, country in enumerate(wanted):
            first = served.setdefault(country, entity_id)
            if first == entity_id:
                continue
            if country == "others":
                yield Finding(path, "others_twice", f"{first} serves the others already.")
            else:
                detail = f"{first} serves {country} already: one entity sells to a country."
                yield Finding((*path, at), "country_served_twice", detail)
    if "others" not in served:
        yield Finding(
            ("entities",),
            "others_missing",
            "Let one entity have `serves: others`: somebody sells to every country.",
        )


def _number_findings(path: Path, entity: EntityShape) -> Iterator[Finding]:
    if entity.vat_number is None:
        return
    try:
        sound_vat_number(entity.vat_number, Address("-", "-", entity.country))
    except Invalid as refusal:
        yield Finding((*path, "vat_number"), refusal.code, refusal.detail)


def _currency_findings(path: Path, entity: EntityShape) -> Iterator[Finding]:
    paid = {each.currency for each in entity.bank_details}
    for at, currency in enumerate(entity.currencies):
        if currency not in paid:
            yield Finding(
                (*path, "currencies", at),
                "bank_details_missing",
                f"Write where {currency} is paid to, or do not bill in it.",
            )
    for at, each in enumerate(entity.bank_details):
        if each.currency not in entity.currencies:
            yield Finding(
                (*path, "bank_details", at, "currency"),
                "bank_details_unused",
                f"This entity does not bill in {each.currency}.",
            )


def _brand_findings(path: Path, entity: EntityShape) -> Iterator[Finding]:
    """Discover is charged in USD alone, Visa Electron in Ireland alone (COL-1, COL-10)."""
    if entity.brands and _CARDS_AT not in entity.providers:
        yield Finding(
            (*path, "brands"),
            "cards_without_provider",
            f"Cards are charged at {_CARDS_AT}, where this entity has no account.",
        )
    for currency, brands in entity.brands.items():
        if currency not in entity.currencies:
            yield Finding(
                (*path, "brands", currency),
                "brands_unused",
                f"This entity does not bill in {currency}.",
            )
        for at, brand in enumerate(brands):
            place: Path = (*path, "brands", currency, at)
            if brand == "discover" and currency != "USD":
                yield Finding(place, "brand_not_for_currency", "Discover is charged in USD alone.")
            if brand == "visa_electron" and entity.country != "IE":
                yield Finding(
                    place, "brand_not_for_country", "Visa Electron is charged by Ireland alone."
                )


def _debit_findings(path: Path, entity: EntityShape) -> Iterator[Finding]:
    if entity.debits and _CARDS_AT not in entity.providers:
        yield Finding(
            (*path, "debits"),
            "debits_without_provider",
            f"Bank accounts are debited at {_CARDS_AT}, where this entity has no account.",
        )
    for at, scheme in enumerate(entity.debits):
        currency = _DEBITED_IN[scheme]
        if currency not in entity.currencies:
            yield Finding(
                (*path, "debits", at),
                "debit_currency_missing",
                f"This scheme debits {currency}, in which this entity does not bill.",
            )


def _day_findings(path: Path, entity: EntityShape) -> Iterator[Finding]:
    latest: dict[str, date] = {}
    for at, each in enumerate(entity.bank_details):
        before = latest.get(each.currency)
        if before is not None and each.effective_from <= before:
            yield Finding(
                (*path, "bank_details", at, "effective_from"),
                "bank_details_not_ascending",
                f"Later than those of {each.currency} above, from {before}.",
            )
        latest[each.currency] = each.effective_from


def _form_findings(
    path: Path, entity: EntityShape, named: set[str], read_form: ReadForm
) -> Iterator[Finding]:
    """A form that was given out stays what it was: a newer one is another file (TAX-6)."""
    latest: dict[str, date] = {}
    for at, each in enumerate(entity.forms):
        place: Path = (*path, "forms", at)
        before = latest.get(each.form)
        if before is not None and each.effective_from <= before:
            detail = f"Later than the one above, from {before}."
            yield Finding((*place, "effective_from"), "forms_not_ascending", detail)
        latest[each.form] = each.effective_from
        if each.form == "w9" and entity.country != "US":
            yield Finding((*place, "form"), "form_of_other_country", "W-9 is of US entities.")
        if each.file in named:
            yield Finding((*place, "file"), "form_file_twice", "Each form has a file of its own.")
        named.add(each.file)
        content = read_form(each.file)
        if content is None:
            detail = f"There is no config/forms/{each.file}."
            yield Finding((*place, "file"), "form_file_missing", detail)
        elif not content.startswith(b"%PDF-") or len(content) > _MOST_FORM_BYTES:
            yield Finding((*place, "file"), "form_file_unfit", "A PDF of at most 300 kB.")
