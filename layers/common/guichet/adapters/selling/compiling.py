"""From the text about selling entities to its compiled form, or to its mistakes with their lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from guichet.access.addresses import Address
from guichet.access.vat_numbers import sound_vat_number
from guichet.adapters.catalogue.mistakes import Finding, Mistake
from guichet.adapters.catalogue.yaml_tree import Tree, read_tree
from guichet.adapters.selling.checking import ReadForm, file_findings
from guichet.adapters.selling.shape import BankDetailsShape, EntityShape, FileShape, FormShape

# The rule that each code stands on; a code that is not here is about the file.
RULES: Final = MappingProxyType(
    {
        "time_zone_unknown": "MON-6",
        "text_not_printable": "INV-4",
        "vat_number_malformed": "TAX-3",
        "vat_number_other_country": "TAX-3",
        "bank_details_missing": "MON-2",
        "currency_malformed": "MON-2",
        **dict.fromkeys(
            (
                *("country_unknown", "country_served_twice", "others_missing", "others_twice"),
                *("bank_details_unused", "bank_details_not_ascending"),
                *("iban_malformed", "bic_malformed", "routing_malformed", "chips_malformed"),
                *("sort_code_malformed", "bsb_malformed", "institution_malformed"),
                "transit_malformed",
            ),
            "INV-12",
        ),
        **dict.fromkeys(
            (
                *("brands_unused", "brand_not_for_currency", "brand_not_for_country"),
                *("cards_without_provider", "debits_without_provider", "debit_currency_missing"),
            ),
            "COL-10",
        ),
        **dict.fromkeys(
            (
                *("form_file_malformed", "form_file_missing", "form_file_unfit"),
                *("form_file_twice", "form_of_other_country", "forms_not_ascending"),
            ),
            "TAX-6",
        ),
    }
)
# What is wrong, in our stable words, for the library's own.
_CODES: Final = MappingProxyType(
    {
        "extra_forbidden": ("key_unknown", "There is no such key here."),
        "missing": ("key_missing", "Write this key."),
        "too_long": ("too_many", "4 at most."),
        "too_short": ("empty", "Write at least one."),
        "string_too_long": ("line_too_long", "200 characters at most."),
        "literal_error": ("word_unknown", ""),
    }
)


class EntityMistake(Mistake):
    """One mistake of the file; `code` is stable."""

    __slots__ = ()

    @property
    def rule(self) -> str | None:
        return RULES.get(self.code)


class EntityMistakesError(ValueError):
    """The entities can't be used; `mistakes` has every one that could be told, in the file's order."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


def _none(file: str) -> None:
    """There are no forms."""
    del file


def compile_selling_entities(text: str, file: str, read_form: ReadForm = _none) -> str:
    """The compiled text of `config/selling_entities.yaml`.

    Places are compared once each is right by itself: a file may have more mistakes than are told first.

    Args:
        text: what the file says.
        file: the name to tell mistakes by.
        read_form: reads a file of config/forms.

    Raises:
        EntityMistakesError: with the mistakes.
    """
    tree = read_tree(text)
    findings = [finding for _, finding in tree.findings]
    read = None
    if not findings:
        try:
            read = FileShape.model_validate(tree.value)
        except ValidationError as error:
            findings = list(_shape_findings(error))
        else:
            findings = list(file_findings(read, read_form))
    if findings or read is None:
        raise EntityMistakesError(_told(tree, file, findings))
    return json.dumps(_compiled(read), indent=1, ensure_ascii=False) + "\n"


def _shape_findings(error: ValidationError) -> Iterator[Finding]:
    """One for each place: a value that may be of two kinds fails at both."""
    seen = set()
    for each in error.errors(include_url=False, include_input=False):
        finding = _finding(each)
        if finding.path not in seen:
            seen.add(finding.path)
            yield finding


def _finding(error: ErrorDetails) -> Finding:
    kind = error["type"]
    # The library names the kind that it tried within `serves`, and that a key is at fault.
    path = tuple(
        part
        for part in error["loc"]
        if not (isinstance(part, str) and (part == "[key]" or "[" in part))
    )
    if kind in _CODES:
        code, detail = _CODES[kind]
        return Finding(path, code, detail or f"{error['msg']}.")
    if kind.endswith("_type"):
        return Finding(path, "type_wrong", f"{error['msg']}.")
    return Finding(path, kind, error["msg"])


def _told(tree: Tree, file: str, findings: list[Finding]) -> tuple[Mistake, ...]:
    places = {finding: place for place, finding in tree.findings}
    told = [(places.get(each) or tree.shown_at(each.path), each.code, each) for each in findings]
    return tuple(
        EntityMistake(file, place.line, code, each.path, each.detail)
        for place, code, each in sorted(told, key=lambda one: one[:2])
    )


def _compiled(file: FileShape) -> dict[str, object]:
    entities = file.entities
    return {
        "entities": {name: _entity(each) for name, each in entities.items()},
        "by_country": {
            country: name
            for name, each in entities.items()
            if each.serves != "others"
            for country in each.serves
        },
        "others": next(name for name, each in entities.items() if each.serves == "others"),
    }


def _entity(entity: EntityShape) -> dict[str, object]:
    number = entity.vat_number
    in_country = Address("-", "-", entity.country)
    return {
        **entity.model_dump(include={"legal_name", "address", "country", "time_zone"}),
        **entity.model_dump(include={"currencies", "providers", "brands", "debits"}),
        "vat_number": None if number is None else sound_vat_number(number, in_country),
        "company_number": entity.company_number or "",
        "registration": entity.registration,
        "bank_details": [_bank_details(each) for each in entity.bank_details],
        "forms": [_form(each) for each in entity.forms],
    }


def _form(form: FormShape) -> dict[str, object]:
    told = form.model_dump(mode="json", include={"form", "effective_from"})
    return {"form_id": form.file.removesuffix(".pdf"), **told}


def _bank_details(details: BankDetailsShape) -> dict[str, object]:
    return details.model_dump(mode="json", exclude_none=True)
