"""PayPal's published request types (PROVIDER_SPECS), and how to judge a request by them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from jsonschema import Draft202012Validator

from guichet.adapters.http import HttpRequest

_FILES = (
    "paypal_orders_v2.json",
    "paypal_payments_v2.json",
    "paypal_vault_v3.json",
    "paypal_oauth.json",
    "paypal_disputes_v1.json",
    "paypal_webhooks_v1.json",
)
_PLAIN_HEADERS = frozenset({"authorization", "content-type"})

type Json = dict[str, Any]


@dataclass(frozen=True)
class PayPalSchema:
    """What PayPal publishes; a field or a header that is in none of it is forbidden."""

    documents: list[Json]

    @classmethod
    def load(cls, folder: Path) -> PayPalSchema:
        return cls([json.loads((folder / "specs" / each).read_text()) for each in _FILES])

    def route(self, request: HttpRequest) -> str:
        """The published path that a request goes to, as `POST /v2/checkout/orders`."""
        return f"{request.method} {self._found(request)[1]}"

    def faults(self, request: HttpRequest) -> list[str]:
        """How a request differs from what PayPal says it takes."""
        document, template = self._found(request)
        operation = document["paths"][template][request.method.lower()]
        faults = self._header_faults(request) + _path_faults(document, operation, template, request)
        if not request.body:
            return faults
        content = operation["requestBody"]["content"]
        kind = request.headers["Content-Type"]
        sent = (
            json.loads(request.body)
            if kind == "application/json"
            else dict(parse_qsl(request.body.decode()))
        )
        strict = _strict(content[kind]["schema"], document)
        return faults + _faults_of(sent, strict)

    def _found(self, request: HttpRequest) -> tuple[Json, str]:
        path = urlsplit(request.url).path
        for document in self.documents:
            for template, operations in document["paths"].items():
                pattern = re.sub(r"\{[^}]+\}", "[^/]+", template)
                if re.fullmatch(pattern, path) and request.method.lower() in operations:
                    return document, template
        raise AssertionError(f"PayPal publishes no {request.method} {path}")

    def _header_faults(self, request: HttpRequest) -> list[str]:
        """Headers are published beside some operations only, and meant for all."""
        published: dict[str, Json] = {}
        for document in self.documents:
            for each in document["components"].get("parameters", {}).values():
                if each["in"] == "header":
                    published.setdefault(each["name"].lower(), each["schema"])
        faults = []
        for name, value in request.headers.items():
            if name.lower() in _PLAIN_HEADERS:
                continue
            if name.lower() not in published:
                faults.append(f"header {name} is not published")
            else:
                faults += _faults_of(value, published[name.lower()])
        return faults


def _path_faults(document: Json, operation: Json, template: str, request: HttpRequest) -> list[str]:
    names = re.findall(r"\{([^}]+)\}", template)
    pattern = re.sub(r"\{[^}]+\}", "([^/]+)", template)
    found = re.fullmatch(pattern, urlsplit(request.url).path)
    values = dict(zip(names, found.groups() if found else (), strict=True))
    known = [_resolved(each, document) for each in operation.get("parameters", ())]
    return [
        fault
        for each in known
        if each["in"] == "path"
        for fault in _faults_of(values[each["name"]], each["schema"])
    ]


def _faults_of(value: object, schema: Json) -> list[str]:
    return [
        f"{each.json_path}: {each.message}"
        for each in Draft202012Validator(schema).iter_errors(value)
    ]


def _resolved(schema: Json, document: Json) -> Json:
    if "$ref" not in schema:
        return schema
    found: Any = document
    for name in schema["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    beside = {name: value for name, value in schema.items() if name != "$ref"}
    return {**_resolved(found, document), **beside}


def _strict(schema: Json, document: Json) -> Json:
    """One object of all that it is made of, where fields that PayPal only answers are unknown."""
    strict = dict(_resolved(schema, document))
    if "enum" in strict:
        strict.pop("maxLength", None)  # GUEST_CHECKOUT is listed, and longer than it may be
    for part in strict.pop("allOf", ()):
        whole = _strict(part, document)
        strict["properties"] = {**strict.get("properties", {}), **whole.get("properties", {})}
        strict["required"] = [*strict.get("required", ()), *whole.get("required", ())]
        strict.setdefault("type", whole.get("type", "object"))
    if "properties" in strict:
        strict["properties"] = {
            name: _strict(each, document)
            for name, each in strict["properties"].items()
            if not _resolved(each, document).get("readOnly")
        }
        strict["additionalProperties"] = False
    if "items" in strict:
        strict["items"] = _strict(strict["items"], document)
    return strict
