"""TAX-3, TAX-4: a VAT number and a certificate on the deployed stack, by the real bucket and register."""

from __future__ import annotations

from typing import Any

import pytest
from urllib3 import PoolManager

from local.customers import OPERATORS
from local.environment import Json
from tests.support.billing_access import certificate_wanted
from tests.support.deployed_stack import Answer, DeployedStack
from tests.support.posted_files import posted
from tests.support.profiles import PARIS
from tests.support.stack_sale import key, until
from tests.support.uploaded_files import pdf

OWNER, ACCOUNT = "owner@studio.example", "acc_studio"
NUMBER = "FR61954506077"
CERTIFICATES = "/v1/tax-certificates"
SCRIPT = pdf(b"<< /S /JavaScript /JS (x) >>", catalog=b"/OpenAction 5 0 R")


@pytest.fixture
def stack(deployed_stack: DeployedStack) -> DeployedStack:
    return deployed_stack


def asked(
    stack: DeployedStack, method: str, path: str, body: Json = None, member: str = OWNER
) -> Answer:
    headers = {} if method == "GET" else {"idempotency-key": key()}
    if member == OPERATORS[0].email:
        headers["guichet-account"] = ACCOUNT
    return stack.call(method, path, json_body=body, headers=headers, member=member)


def uploaded(stack: DeployedStack, content: bytes) -> dict[str, Any]:
    answer = asked(stack, "POST", f"{CERTIFICATES}/uploads", {"media_type": "application/pdf"})
    ticket: dict[str, Any] = answer.json()
    assert answer.status == 201, answer.body
    assert posted(ticket, content) == 204
    return ticket


def test_a_certificate_goes_from_a_browser_to_a_representative_and_back_tax_4(
    stack: DeployedStack,
) -> None:
    body = certificate_wanted(uploaded(stack, pdf())["upload_id"])

    submitted = asked(stack, "POST", CERTIFICATES, body)
    path = f"{CERTIFICATES}/{submitted.json()['certificate_id']}"
    link = asked(stack, "GET", f"{path}/file", member=OPERATORS[0].email).json()
    fetched = PoolManager().request("GET", link["url"])
    approved = asked(stack, "POST", f"{path}/approve", member=OPERATORS[0].email)

    assert (submitted.status, approved.status) == (201, 200)
    assert (fetched.status, fetched.data) == (200, pdf())
    assert fetched.headers["content-disposition"].startswith("attachment; ")
    assert asked(stack, "GET", path).json()["status"] == "approved"
    told = until(
        lambda: [each["Subject"] for each in stack.mails("bureau@studio.example")],
        lambda subjects: any("exonération approuvé" in each for each in subjects),
    )
    assert told


def test_a_script_in_a_pdf_is_found_by_the_built_function_tax_4(stack: DeployedStack) -> None:
    body = certificate_wanted(uploaded(stack, SCRIPT)["upload_id"])

    answer = asked(stack, "POST", CERTIFICATES, body)

    assert (answer.status, answer.json()["code"]) == (422, "file_active")


def test_a_number_that_is_entered_is_confirmed_by_the_register_tax_3(
    stack: DeployedStack,
) -> None:
    changed = asked(stack, "PATCH", "/v1/account", {"vat_number": NUMBER, "billing_address": PARIS})
    assert changed.json()["vat_check"]["standing"] == "never_answered"

    stack.run_upkeep()

    shown = asked(stack, "GET", "/v1/account").json()["vat_check"]
    assert shown["standing"] == "valid"
    assert shown["answered_at"] == shown["asked_at"]
    state = stack.call("GET", "/_local/providers/vies/state").json()
    assert NUMBER in state["asked"]


def test_a_form_is_downloaded_by_the_gateway_byte_by_byte_tax_6(stack: DeployedStack) -> None:
    answer = asked(stack, "GET", "/v1/forms/us-w9-2026")

    assert answer.status == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body.startswith(b"%PDF-")
    assert b"SAMPLE" in answer.body
