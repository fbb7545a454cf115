"""Where the functions find the providers: of each deployment its own, and the same for all (EXT-2)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from local.intrinsics import Intrinsics
from tests.infrastructure.conftest import Template


def told(written: Template, name: str, **parameters: str) -> dict[str, str]:
    """What each function is told under a name, with these parameters and else the defaults."""
    defaults = {
        each: str(of.get("Default", "")) for each, of in written.content["Parameters"].items()
    }
    stack = Intrinsics(defaults | parameters, {}, written.content["Conditions"])
    variables: dict[str, Any] = {
        function: properties["Environment"]["Variables"]
        for function, properties in written.of_type("AWS::Serverless::Function").items()
    }
    return {
        function: str(stack.resolve(held[name]))
        for function, held in variables.items()
        if name in held
    }


@pytest.mark.parametrize(
    ("parameters", "address"),
    [
        pytest.param({"Environment": "prod"}, "https://api-m.paypal.com", id="prod"),
        pytest.param({"Environment": "staging"}, "https://api-m.sandbox.paypal.com", id="staging"),
        pytest.param({"Environment": "dev"}, "https://api-m.sandbox.paypal.com", id="dev"),
        pytest.param(
            {"Environment": "prod", "PayPalApiUrl": "https://own.example/p"},
            "https://own.example/p",
            id="another",
        ),
    ],
)
def test_whoever_calls_stripe_is_told_where_paypal_is_ext_2(
    written: Template, parameters: dict[str, str], address: str
) -> None:
    callers = told(written, "STRIPE_API_URL")

    found = told(written, "PAYPAL_API_URL", **parameters)

    assert callers
    assert found == dict.fromkeys(callers, address)


@pytest.mark.parametrize(
    ("parameters", "hosts"),
    [
        pytest.param({"Environment": "prod"}, "api.paypal.com,api-m.paypal.com", id="prod"),
        pytest.param(
            {"Environment": "staging"},
            "api.sandbox.paypal.com,api-m.sandbox.paypal.com",
            id="staging",
        ),
        pytest.param(
            {"Environment": "dev", "PayPalCertificateHosts": "http://127.0.0.1:8080/_paypal"},
            "http://127.0.0.1:8080/_paypal",
            id="a simulator",
        ),
    ],
)
def test_a_deployment_takes_the_certificates_of_its_own_paypal_alone_ext_2(
    written: Template, parameters: dict[str, str], hosts: str
) -> None:
    """A sandbox's certificate must not sign what real money hangs on."""
    found = told(written, "PAYPAL_CERTIFICATE_HOSTS", **parameters)

    assert found == {"WebhooksFunction": hosts}


@pytest.mark.parametrize(
    ("hosts", "fits"),
    [
        ("", True),
        ("api.paypal.com", True),
        ("api.paypal.com,http://127.0.0.1:8080/_paypal", True),
        ("https://127.0.0.1:8443,api.paypal.com", True),
        ("api.paypal.com/", False),
        ("api.paypal.com, api-m.paypal.com", False),
        ("http://127.0.0.1:8080/_paypal/", False),
        (",", False),
    ],
)
def test_a_list_of_hosts_is_checked_when_it_is_deployed(
    written: Template, hosts: str, *, fits: bool
) -> None:
    pattern = written.content["Parameters"]["PayPalCertificateHosts"]["AllowedPattern"]

    assert (re.fullmatch(pattern, hosts) is not None) is fits


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:8080/_vies/rest-api"])
def test_who_asks_about_vat_numbers_is_told_where_and_nobody_else_tax_3(
    written: Template, url: str
) -> None:
    """Empty is the European Commission's own address."""
    assert told(written, "VIES_URL", ViesUrl=url) == {
        "InvoiceRunFunction": url,
        "UpkeepFunction": url,
    }
