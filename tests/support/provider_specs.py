"""The providers' published schemas, samples and vectors (PROVIDER_SPECS), and how to judge by them."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft202012Validator

from guichet.adapters.http import HttpRequest
from local.simulators.stripe import forms

_BESIDE = Path(__file__).resolve().parents[2].parent / "shared" / "providers"


def require_specs() -> Path:
    """The folder, or a skip that says what is missing."""
    folder = Path(os.environ.get("PROVIDER_SPECS") or _BESIDE)
    if not (folder / "specs").is_dir():
        pytest.skip(f"{folder} is absent: set PROVIDER_SPECS to the published provider schemas")
    return folder


@dataclass(frozen=True)
class StripeSchema:
    """Stripe's published request types; a parameter that is not in them is forbidden."""

    paths: dict[str, Any]

    @classmethod
    def load(cls, folder: Path) -> StripeSchema:
        return cls(json.loads((folder / "specs" / "stripe_subset.json").read_text())["paths"])

    def route(self, request: HttpRequest) -> str:
        """The published path that a request goes to, as `POST /v1/refunds`."""
        path = urlsplit(request.url).path
        for template in self.paths:
            pattern = re.sub(r"\{[^}]+\}", "[^/]+", template)
            if re.fullmatch(pattern, path) and request.method.lower() in self.paths[template]:
                return f"{request.method} {template}"
        raise AssertionError(f"Stripe publishes no {request.method} {path}")

    def faults(self, request: HttpRequest) -> list[str]:
        """How a request differs from what Stripe says it takes."""
        method, template = self.route(request).split(" ")
        operation = self.paths[template][method.lower()]
        if method == "GET":
            schema, raw = _query_schema(operation), urlsplit(request.url).query.encode()
        else:
            form = operation["requestBody"]["content"]["application/x-www-form-urlencoded"]
            schema, raw = form["schema"], request.body
        strict = _strict(schema)
        sent = _typed(forms.decode(raw), strict)
        return [
            f"{each.json_path}: {each.message}"
            for each in Draft202012Validator(strict).iter_errors(sent)
        ]


def _query_schema(operation: dict[str, Any]) -> dict[str, Any]:
    properties = {
        each["name"]: each["schema"]
        for each in operation["parameters"]
        if each.get("in") == "query"
    }
    return {"type": "object", "properties": properties}


def _strict(schema: Any) -> Any:  # noqa: ANN401 - any part of a JSON document
    """Values that Stripe lists are the only ones, fields that it lists too."""
    if isinstance(schema, list):
        return [_strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {name: _strict(value) for name, value in schema.items() if name != "x-known-values"}
    if schema.get("x-known-values"):
        strict["enum"] = schema["x-known-values"]
    if "properties" in schema:
        strict["additionalProperties"] = False
    return strict


def _typed(value: Any, schema: Any) -> Any:  # noqa: ANN401 - any part of a JSON document
    """A form holds texts alone: read those as numbers and booleans that are to be such."""
    meant = "boolean" if value in ("true", "false") else "object"
    schema = next((each for each in schema.get("anyOf", ()) if each.get("type") == meant), schema)
    match value, schema.get("type"):
        case dict(), "object":
            known = schema.get("properties", {})
            return {name: _typed(each, known.get(name, {})) for name, each in value.items()}
        case list(), "array":
            return [_typed(each, schema["items"]) for each in value]
        case str(), "integer" if re.fullmatch("-?[0-9]+", value):
            return int(value)
        case "true" | "false", "boolean":
            return value == "true"
        case _:
            return value
