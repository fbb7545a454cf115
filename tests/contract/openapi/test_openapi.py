"""EXT-1: the OpenAPI document is made from the code, current, valid, and tells all routes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_spec_validator import validate

from guichet.entry.openapi import document, load, written

ROOT = Path(__file__).parents[3]
METHODS = {"get", "post", "patch", "delete"}


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return document(load(ROOT))


def test_the_document_in_docs_and_the_one_that_is_served_are_current_ext_1(
    made: dict[str, Any],
) -> None:
    shown = (ROOT / "docs" / "openapi.json").read_text()
    served = (ROOT / "layers/common/guichet/data/openapi.json").read_text()

    assert shown == written(made), "run: python -m guichet.entry.openapi"
    assert json.loads(served) == made


def test_the_document_is_openapi_3_1_ext_1(made: dict[str, Any]) -> None:
    validate(made)

    assert made["openapi"] == "3.1.0"


class _Cloudformation(yaml.SafeLoader):
    """Reads the template without understanding its functions."""


_Cloudformation.add_multi_constructor(
    "!",
    lambda loader, _, node: (
        loader.construct_scalar(node)
        if isinstance(node, yaml.ScalarNode)
        else loader.construct_sequence(node)
        if isinstance(node, yaml.SequenceNode)
        else loader.construct_mapping(node, deep=True)
    ),
)


def routes_of_the_template() -> dict[tuple[str, str], bool]:
    """Method and path of every route, with whether it asks for a sign-in."""
    template = yaml.load((ROOT / "template.yaml").read_text(), Loader=_Cloudformation)  # noqa: S506 - a safe loader
    found: dict[tuple[str, str], bool] = {}
    for resource in template["Resources"].values():
        for event in resource.get("Properties", {}).get("Events", {}).values():
            properties = event["Properties"]
            if event["Type"] == "HttpApi" and "Path" in properties:
                signed_in = properties.get("Auth", {}).get("Authorizer") != "NONE"
                found[properties["Method"].lower(), properties["Path"]] = signed_in
    return found


def test_every_route_of_the_template_is_told_and_no_other_ext_1(made: dict[str, Any]) -> None:
    told = {
        (method, path): {"member": []} in operation["security"]
        for path, operations in made["paths"].items()
        for method, operation in operations.items()
    }

    assert told == routes_of_the_template()


def test_calls_about_an_account_take_its_name_and_those_about_all_do_not_acc_1(
    made: dict[str, Any],
) -> None:
    for path, operations in made["paths"].items():
        for method, operation in operations.items():
            names = {each["name"] for each in operation.get("parameters", ())}
            is_about_one = {"member": []} in operation["security"] and "invoice-runs" not in path
            assert ("guichet-account" in names) is is_about_one, (method, path)


def test_every_refusal_is_a_problem_document_ext_1(made: dict[str, Any]) -> None:
    responses = made["components"]["responses"]

    for path, operations in made["paths"].items():
        for method, operation in operations.items():
            refusals = {s: r for s, r in operation["responses"].items() if not s.startswith("2")}
            assert refusals, (method, path)
            for reference in refusals.values():
                name = reference["$ref"].rsplit("/", 1)[1]
                assert list(responses[name]["content"]) == ["application/problem+json"]


def test_what_creates_or_pays_asks_for_a_key_and_every_change_takes_one_ext_1(
    made: dict[str, Any],
) -> None:
    asks = {
        ("post", "/v1/trainings"),
        ("post", "/v1/discount-codes"),
        ("post", "/v1/payment-accounts"),
        ("post", "/v1/payments/{payment_id}/refunds"),
        ("post", "/v1/trainings/{training_id}/cancel"),
        ("post", "/v1/public/trainings/{training_id}/registrations"),
        ("post", "/v1/public/registrations/{registration_id}/payments"),
        ("post", "/v1/carts/preview"),
        ("post", "/v1/carts"),
        ("post", "/v1/carts/{cart_id}/payments"),
        ("post", "/v1/trials"),
        ("post", "/v1/subscriptions/{subscription_id}/seats"),
        ("post", "/v1/payments-received"),
        ("post", "/v1/payment-methods"),
        ("post", "/v1/payment-methods/links"),
        ("post", "/v1/tax-certificates/uploads"),
        ("post", "/v1/tax-certificates"),
        ("post", "/v1/invoices/{invoice_id}/credit-notes"),
        ("post", "/v1/invoices/{invoice_id}/void"),
    }
    changes_nothing = {
        ("post", "/v1/public/trainings/{training_id}/price"),
        ("post", "/v1/webhooks/stripe"),
        ("post", "/v1/webhooks/paypal"),
    }

    for path, operations in made["paths"].items():
        for method, operation in operations.items():
            keys = [
                each
                for each in operation.get("parameters", ())
                if each["name"].lower() == "idempotency-key"
            ]
            if method == "get" or (method, path) in changes_nothing:
                assert not keys, (method, path)
            else:
                (key,) = keys
                assert key["required"] is ((method, path) in asks), (method, path)


def test_requests_take_nothing_unknown_and_amounts_are_whole_mon_1(made: dict[str, Any]) -> None:
    schemas = made["components"]["schemas"]
    requests = [name for name in schemas if re.search(r"(Request|Patch|Given)$", name)]

    assert len(requests) >= 9
    for name in requests:
        assert schemas[name]["additionalProperties"] is False, name
    assert schemas["AmountGiven"]["properties"]["amount_minor"]["type"] == "integer"
    assert schemas["AmountGiven"]["properties"]["amount_minor"]["minimum"] == 0
