"""The OpenAPI 3.1 document of the whole API, made from the functions' own routes (EXT-1).

`python -m guichet.entry.openapi` in a checkout writes it to `docs/openapi.json` and into the package.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer

from guichet import bootstrap
from guichet.entry.problems import CONTENT_TYPE, STATUSES

FUNCTIONS: Final = ("checkout", "organizer", "refund", "billing")
_POWERTOOLS_OWN: Final = frozenset(
    {"HTTPValidationError", "ValidationError", "ResponseValidationError"}
)
_SCHEMES: Final = {
    "member": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A token of the operator's identity provider.",
    },
    "registrant": {
        "type": "http",
        "scheme": "bearer",
        "description": "The token of one registration, as its mails and its creation give it.",
    },
}
_PROBLEM: Final = {
    "title": "Problem",
    "description": "A refusal (RFC 9457). `code` is stable; `rule` names the rule, where one asks.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "instance", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "instance": {"type": "string"},
        "rule": {"type": "string"},
        "request_kind": {
            "type": "string",
            "description": "What to ask a representative for, where this isn't done online (ACC-6).",
        },
        "representative": {"type": "string", "description": "Whom to ask, by name."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {
                        "type": "string",
                        "description": "A JSON pointer into the body; /query/… and /header/… else.",
                    },
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
_PAYPAL_HEADERS: Final = (
    "paypal-transmission-id",
    "paypal-transmission-time",
    "paypal-transmission-sig",
    "paypal-cert-url",
    "paypal-auth-algo",
    "paypal-auth-version",
)
_FOR_ACCOUNT: Final = {
    "name": "guichet-account",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": (
        "The account that the call is about: needed of representatives and auditors; a member's "
        "own is the only one that others may name (ACC-2)."
    ),
}
_OF_ALL_ACCOUNTS: Final = "/v1/invoice-runs"  # calls of the operator's people that name no account
_DESCRIPTION: Final = (
    "Amounts are integer minor units with their currency, times RFC 3339 in UTC. Refusals are "
    "problem documents; why a refund is refused or failed, and why something can't be bought, changed "
    "or cancelled, is told in the language of `Accept-Language`, where it is one of en, fr, de, it, "
    "es, pt and nl. The gateway itself may "
    "answer 401 (a sign-in that isn't good), 413, 429 and 503 without one."
)


def _webhook(provider: str, headers: Iterable[str], statuses: Iterable[int]) -> dict[str, Any]:
    parameters = [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
        for name in headers
    ]
    refusals = {str(each): {"$ref": f"#/components/responses/Problem{each}"} for each in statuses}
    return {
        "post": {
            "summary": f"{provider}'s events",
            "operationId": f"receive_{provider.lower()}_event",
            "description": (
                f"For {provider} alone: verified by the signature over the raw body (EXT-2)."
            ),
            "security": [],
            "parameters": parameters,
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": {"type": "object"}}},
            },
            "responses": {"200": {"description": "Stored, repeated, or of no concern"}} | refusals,
        }
    }


def document(apps: Iterable[APIGatewayHttpResolver]) -> dict[str, Any]:
    """One document over all functions, and the webhooks' routes."""
    paths: dict[str, dict[str, Any]] = {
        "/v1/webhooks/stripe": _webhook("Stripe", ("stripe-signature",), (400, 413)),
        "/v1/webhooks/paypal": _webhook("PayPal", _PAYPAL_HEADERS, (400, 413, 503)),
    }
    schemas: dict[str, Any] = {"Problem": _PROBLEM}
    for app in apps:
        part = _part(app)
        for path, operations in part["paths"].items():
            paths.setdefault(path, {}).update(
                {method: _operation(path, each) for method, each in operations.items()}
            )
        found = part.get("components", {}).get("schemas", {})
        schemas.update({name: found[name] for name in found if name not in _POWERTOOLS_OWN})
    return {
        "openapi": "3.1.0",
        "info": {"title": "Guichet", "version": "1", "description": _DESCRIPTION},
        "servers": [{"url": "/"}],
        "paths": {path: paths[path] for path in sorted(paths)},
        "components": {
            "schemas": {name: schemas[name] for name in sorted(schemas)},
            "responses": _problem_responses(),
            "securitySchemes": _SCHEMES,
        },
    }


def _part(app: APIGatewayHttpResolver) -> dict[str, Any]:
    text = app.get_openapi_json_schema(
        title="Guichet",
        version="1",
        openapi_version="3.1.0",
        security_schemes={name: HTTPBearer() for name in _SCHEMES},
    )
    part: dict[str, Any] = json.loads(text)
    return part


def _operation(path: str, made: Mapping[str, Any]) -> dict[str, Any]:
    """Powertools' operation, with our refusals instead of its own."""
    operation = dict(made)
    operation.setdefault("security", [])
    operation.pop("tags", None)
    if {"member": []} in operation["security"] and not path.startswith(_OF_ALL_ACCOUNTS):
        operation["parameters"] = [*operation.get("parameters", ()), _FOR_ACCOUNT]
    responses = {
        status: each for status, each in operation["responses"].items() if status.startswith("2")
    }
    refusals = _refusals(operation)
    responses.update(
        {str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in refusals}
    )
    operation["responses"] = dict(sorted(responses.items()))
    return operation


def _refusals(operation: Mapping[str, Any]) -> list[int]:
    found = {404, 503}
    if operation["security"]:
        found |= {401}
    if {"member": []} in operation["security"]:
        found |= {400, 403}
    if operation.get("requestBody"):
        found |= {400, 413, 415, 422, 429}
    names = {each["name"] for each in operation.get("parameters", ())}
    if "if-match" in names:
        found |= {412}
    if names & {"idempotency-key", "cursor"}:
        found |= {400}
    if "idempotency-key" in names:
        found |= {409}
    if names & {"limit", "status", "scheme"}:
        found |= {422}
    return sorted(found)


def _problem_responses() -> dict[str, Any]:
    content = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        f"Problem{status}": {
            "description": HTTPStatus(status).phrase,
            "content": content,
            **(
                {"headers": {"Retry-After": {"schema": {"type": "integer"}}}}
                if status in {409, 429, 503}
                else {}
            ),
        }
        for status in sorted(set(STATUSES.values()))
    }


def load(root: Path) -> list[APIGatewayHttpResolver]:
    """The resolvers of the functions in a checkout; no container is made."""
    apps = []
    for name in FUNCTIONS:
        place = root / "functions" / name / "app.py"
        spec = importlib.util.spec_from_file_location(f"guichet_function_{name}", place)
        if spec is None or spec.loader is None:
            raise FileNotFoundError(place)
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        apps.append(module.build(bootstrap.container, log=None))
    return apps


def written(made: Mapping[str, Any]) -> str:
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the document of this checkout to both places."""
    root = Path.cwd()
    made = document(load(root))
    (root / "docs" / "openapi.json").write_text(written(made))
    package = root / "layers" / "common" / "guichet" / "data" / "openapi.json"
    package.write_text(json.dumps(made, separators=(",", ":"), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
