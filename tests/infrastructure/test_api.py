"""The API's doors: who may enter, how fast, from which pages, and what is written down."""

from __future__ import annotations

from typing import Any

import pytest

from local.gateway import routes
from local.paths import ROOT
from tests.infrastructure.conftest import Template

PUBLIC = {
    "GET /v1/public/trainings/{training_id}",
    "POST /v1/public/trainings/{training_id}/price",
    "POST /v1/public/trainings/{training_id}/registrations",
    "POST /v1/public/registrations/resend-link",
    "POST /v1/public/registrations/{registration_id}/payments",
    "POST /v1/public/registrations/{registration_id}/return",
    "GET /v1/public/registrations/{registration_id}",
    "POST /v1/public/registrations/{registration_id}/cancel",
    "POST /v1/webhooks/stripe",
    "POST /v1/webhooks/paypal",
    "GET /v1/openapi.json",
    "$default",
}
SIGNED_IN = {
    "POST /v1/payment-accounts",
    "GET /v1/payment-accounts",
    "GET /v1/payment-accounts/{payment_account_id}",
    "DELETE /v1/payment-accounts/{payment_account_id}",
    "POST /v1/payment-accounts/{payment_account_id}/onboarding-link",
    "POST /v1/payment-accounts/{payment_account_id}/refresh",
    "POST /v1/trainings",
    "GET /v1/trainings",
    "GET /v1/trainings/{training_id}",
    "PATCH /v1/trainings/{training_id}",
    "DELETE /v1/trainings/{training_id}",
    "POST /v1/trainings/{training_id}/open",
    "POST /v1/trainings/{training_id}/close",
    "GET /v1/trainings/{training_id}/registrations",
    "GET /v1/trainings/{training_id}/payments",
    "POST /v1/trainings/{training_id}/cancel",
    "GET /v1/trainings/{training_id}/cancellation",
    "GET /v1/payments/{payment_id}",
    "GET /v1/payments/{payment_id}/refunds",
    "POST /v1/payments/{payment_id}/refunds",
    "POST /v1/discount-codes",
    "GET /v1/discount-codes",
    "PATCH /v1/discount-codes/{code_id}",
    "GET /v1/reconciliations",
    "GET /v1/registrations/{registration_id}",
    "POST /v1/registrations/{registration_id}/approve",
    "POST /v1/registrations/{registration_id}/reject",
    "POST /v1/registrations/{registration_id}/mark-paid",
    "POST /v1/registrations/{registration_id}/unmark-paid",
    "POST /v1/registrations/{registration_id}/cancel",
    "POST /v1/registrations/{registration_id}/resend",
    "GET /v1/products",
    "POST /v1/carts/preview",
    "POST /v1/carts",
    "GET /v1/carts",
    "GET /v1/carts/{cart_id}",
    "POST /v1/carts/{cart_id}/payments",
    "POST /v1/carts/{cart_id}/return",
    "POST /v1/carts/{cart_id}/abandon",
    "POST /v1/trials",
    "GET /v1/subscriptions",
    "GET /v1/subscriptions/{subscription_id}",
    "GET /v1/subscriptions/{subscription_id}/next-bill",
    "PATCH /v1/subscriptions/{subscription_id}",
    "POST /v1/subscriptions/{subscription_id}/cancel",
    "POST /v1/subscriptions/{subscription_id}/withdraw",
    "POST /v1/subscriptions/{subscription_id}/activation",
    "POST /v1/subscriptions/{subscription_id}/pin",
    "POST /v1/subscriptions/{subscription_id}/collection-state",
    "GET /v1/subscriptions/{subscription_id}/seats",
    "POST /v1/subscriptions/{subscription_id}/seats",
    "POST /v1/subscriptions/{subscription_id}/seats/{seat_id}/activate",
    "DELETE /v1/subscriptions/{subscription_id}/seats/{seat_id}",
    "GET /v1/subscriptions/{subscription_id}/usage",
    "POST /v1/usage",
    "GET /v1/invoices",
    "GET /v1/invoices/{invoice_id}",
    "POST /v1/invoices/{invoice_id}/credit-notes",
    "POST /v1/invoices/{invoice_id}/void",
    "GET /v1/balance",
    "POST /v1/balance/release",
    "GET /v1/payments-due",
    "GET /v1/account-history",
    "POST /v1/invoice-runs",
    "GET /v1/invoice-runs",
    "GET /v1/invoice-runs/{run_id}",
    "GET /v1/invoices/{invoice_id}/pdf",
    "GET /v1/invoices/{invoice_id}/payments",
    "POST /v1/invoice-payments/{payment_id}/action",
    "POST /v1/invoice-payments/{payment_id}/return",
    "GET /v1/invoices/{invoice_id}/csv",
    "GET /v1/invoices/{invoice_id}/json",
    "GET /v1/invoices/{invoice_id}/xml",
    "GET /v1/invoices/{invoice_id}/ubl",
    "POST /v1/payments-received",
    "POST /v1/payment-methods",
    "POST /v1/payment-methods/setups/{setup_id}/return",
    "GET /v1/payment-methods/authorization",
    "GET /v1/payment-methods",
    "POST /v1/payment-methods/{payment_method_id}/default",
    "DELETE /v1/payment-methods/{payment_method_id}",
    "PATCH /v1/payment-methods/autopay",
    "POST /v1/payment-methods/links",
    "GET /v1/account",
    "PATCH /v1/account",
    "PATCH /v1/account/payment-terms",
    "POST /v1/tax-certificates/uploads",
    "POST /v1/tax-certificates",
    "GET /v1/tax-certificates",
    "GET /v1/tax-certificates/{certificate_id}",
    "GET /v1/tax-certificates/{certificate_id}/file",
    "POST /v1/tax-certificates/{certificate_id}/approve",
    "POST /v1/tax-certificates/{certificate_id}/refuse",
    "GET /v1/forms",
    "GET /v1/forms/{form_id}",
}

# What is asked about a training's money is answered where refunds are made.
OF_MONEY = {
    "GET /v1/trainings/{training_id}/payments",
    "POST /v1/trainings/{training_id}/cancel",
    "GET /v1/trainings/{training_id}/cancellation",
}


@pytest.fixture(scope="session")
def body(expanded: Template) -> dict[str, Any]:
    (api,) = expanded.of_type("AWS::ApiGatewayV2::Api").values()
    found: dict[str, Any] = api["Body"]
    return found


@pytest.fixture(scope="session")
def stage(expanded: Template) -> dict[str, Any]:
    (found,) = expanded.of_type("AWS::ApiGatewayV2::Stage").values()
    properties: dict[str, Any] = found
    return properties


def test_routes_without_a_sign_in_are_those_listed_here_and_no_more_acc_5(
    body: dict[str, Any],
) -> None:
    open_to_all = {route.key for route in routes(body) if route.authorizer is None}

    assert open_to_all == PUBLIC


def test_every_other_route_needs_a_member_acc_5(body: dict[str, Any]) -> None:
    signed_in = {route.key for route in routes(body) if route.authorizer == "Member"}

    assert signed_in == SIGNED_IN


@pytest.mark.parametrize(
    ("prefix", "function"),
    [
        pytest.param("/v1/public/", "CheckoutFunction", id="public pages"),
        pytest.param("/v1/webhooks/", "WebhooksFunction", id="providers"),
        pytest.param("/v1/payment-accounts", "OrganizerFunction", id="payment accounts"),
        pytest.param("/v1/trainings", "OrganizerFunction", id="trainings"),
        pytest.param("/v1/payments/", "RefundFunction", id="payments"),
        pytest.param("/v1/discount-codes", "OrganizerFunction", id="discount codes"),
        pytest.param("/v1/registrations", "OrganizerFunction", id="registrations"),
        pytest.param("/v1/products", "BillingFunction", id="catalogue"),
        pytest.param("/v1/carts", "BillingFunction", id="carts"),
        pytest.param("/v1/subscriptions", "BillingFunction", id="subscriptions"),
        pytest.param("/v1/usage", "BillingFunction", id="usage"),
        pytest.param("/v1/invoices", "BillingFunction", id="invoices"),
        pytest.param("/v1/balance", "BillingFunction", id="balances"),
        pytest.param("/v1/invoice-runs", "BillingFunction", id="invoice runs"),
        pytest.param("/v1/account", "BillingFunction", id="account"),
        pytest.param("/v1/tax-certificates", "BillingFunction", id="exemptions"),
        pytest.param("/v1/forms", "BillingFunction", id="forms"),
    ],
)
def test_a_part_of_the_api_is_served_by_one_function(
    body: dict[str, Any], prefix: str, function: str
) -> None:
    serving = {
        route.function_uri["Fn::Sub"]  # type: ignore[index]  # not resolved here
        for route in routes(body)
        if f" {prefix}" in route.key and route.key not in OF_MONEY
    }

    assert len(serving) == 1
    assert f"${{{function}.Arn}}" in serving.pop()


def test_the_token_must_be_for_us_and_from_the_issuer_acc_5(body: dict[str, Any]) -> None:
    scheme = body["components"]["securitySchemes"]["Member"]

    jwt = scheme["x-amazon-apigateway-authorizer"]["jwtConfiguration"]

    assert jwt["audience"] != []
    assert "issuer" in jwt


def test_an_issuer_without_an_audience_is_refused(written: Template) -> None:
    rule = written.content["Rules"]["AudienceGoesWithIssuer"]

    assert "Audience" in str(rule["Assertions"])


def test_cors_keeps_methods_and_headers_beside_origins(body: dict[str, Any]) -> None:
    """SAM drops everything else when origins alone are a parameter."""
    condition, allowed, otherwise = body["x-amazon-apigateway-cors"]["Fn::If"]

    assert condition == "HasOrigins"
    assert set(allowed) >= {"allowOrigins", "allowMethods", "allowHeaders", "exposeHeaders"}
    assert "idempotency-key" in allowed["allowHeaders"]
    assert "next-cursor" in allowed["exposeHeaders"], (
        "a page in a browser reads where a table goes on"
    )
    assert otherwise == {"Ref": "AWS::NoValue"}


def test_every_route_is_throttled(stage: dict[str, Any], written: Template) -> None:
    settings = stage["DefaultRouteSettings"]

    assert settings["ThrottlingRateLimit"] == {"Ref": "ThrottleRate"}
    assert settings["ThrottlingBurstLimit"] == {"Ref": "ThrottleBurst"}
    assert written.content["Parameters"]["ThrottleRate"]["Default"] == 100
    assert written.content["Parameters"]["ThrottleBurst"]["Default"] == 200


def test_the_access_log_holds_no_token(stage: dict[str, Any]) -> None:
    """No header, no query string, no body: nowhere a token could travel."""
    written_down = stage["AccessLogSettings"]["Format"]

    for place in ("header", "querystring", "requestOverride", "authorizer.principalId", "$input"):
        assert place not in written_down


def test_code_of_each_function_is_where_the_template_says(written: Template) -> None:
    functions = written.of_type("AWS::Serverless::Function")

    missing = [
        name
        for name, function in functions.items()
        if not (ROOT / function["CodeUri"] / "app.py").is_file()
    ]

    assert len(functions) == 11
    assert missing == []


def test_only_who_writes_or_reads_documents_loads_what_does_so(expanded: Template) -> None:
    functions = expanded.of_type("AWS::Lambda::Function")

    layers = {name: len(function["Layers"]) for name, function in functions.items()}

    assert (layers.pop("DeliverFunction"), layers.pop("BillingFunction")) == (2, 2)
    assert set(layers.values()) == {1}


def test_functions_and_libraries_are_for_the_same_processor(written: Template) -> None:
    layers = [
        resource
        for resource in written.resources.values()
        if resource["Type"] == "AWS::Serverless::LayerVersion"
    ]

    architecture = {"Ref": "Architecture"}

    assert written.content["Globals"]["Function"]["Architectures"] == [architecture]
    assert [layer["Metadata"]["BuildArchitecture"] for layer in layers] == [architecture] * 2
    assert written.content["Parameters"]["Architecture"]["Default"] == "arm64"
