"""The compiled selling entities as objects."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from guichet.catalogue.selling import BankDetails, Form, FormKind, SellingEntities, SellingEntity


def read_selling_entities(text: str) -> SellingEntities:
    """What `guichet entities compile` wrote; nothing is judged here."""
    raw: dict[str, Any] = json.loads(text)
    entities = {name: _entity(name, each) for name, each in raw["entities"].items()}
    return SellingEntities(entities, raw["by_country"], raw["others"])


def _entity(entity_id: str, raw: dict[str, Any]) -> SellingEntity:
    return SellingEntity(
        entity_id=entity_id,
        legal_name=raw["legal_name"],
        address=tuple(raw["address"]),
        country=raw["country"],
        vat_number=raw["vat_number"],
        time_zone=raw["time_zone"],
        currencies=tuple(raw["currencies"]),
        providers=tuple(raw["providers"]),
        bank_details=tuple(_bank_details(each) for each in raw["bank_details"]),
        brands={currency: tuple(brands) for currency, brands in raw["brands"].items()},
        debits=tuple(raw["debits"]),
        company_number=raw["company_number"],
        registration=tuple(raw["registration"]),
        forms=tuple(_form(each) for each in raw["forms"]),
    )


def _form(raw: dict[str, str]) -> Form:
    day = date.fromisoformat(raw["effective_from"])
    return Form(raw["form_id"], FormKind(raw["form"]), day)


def _bank_details(raw: dict[str, str]) -> BankDetails:
    day = date.fromisoformat(raw["effective_from"])
    return BankDetails(
        effective_from=day, **{k: v for k, v in raw.items() if k != "effective_from"}
    )
