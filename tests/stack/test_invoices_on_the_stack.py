"""INV-1 to INV-4, INV-9 on the deployed template: invoices of orders, their files, runs, credit notes.

No clock is moved: other tests have objects of today on the same stack.
"""

from __future__ import annotations

import re
from io import BytesIO
from types import MappingProxyType
from typing import Final
from xml.etree import ElementTree as ET

import pytest
from pypdf import PdfReader

from local.calls import Json, call, wanted
from local.demo_account import demo_buyers
from local.demo_buyer import Buyer
from local.demo_invoice_customers import BERLIN
from tests.support.deployed_stack import DeployedStack
from tests.support.stack_sale import key, until

_NUMBER: Final = re.compile(r"IE-([IC])-\d{6}")
_ENDINGS: Final = MappingProxyType({"pdf": "pdf", "xml": "cii.xml"})
_NAMES: Final = {
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
}


@pytest.fixture
def buyer(deployed_stack: DeployedStack) -> Buyer:
    """Somebody in Berlin, who buys from Ireland."""
    made = demo_buyers(deployed_stack.deployment, deployed_stack.url, [BERLIN])[BERLIN]
    made.say_where_bills_go()
    return made


def test_an_order_is_invoiced_once_with_its_files_and_a_run_makes_nothing_again_inv_1_inv_4(
    buyer: Buyer,
) -> None:
    preview = buyer.order(BERLIN.line, BERLIN.currency)
    (listed,) = until(buyer.documents, bool)

    invoice = buyer.document(listed["invoice_id"])
    _is_what_was_previewed(invoice, preview)
    assert (invoice["status"], invoice["open"]["amount_minor"]) == ("paid", 0)
    assert [each["percent"] for each in invoice["taxes"]] == ["19"], "Germany's, from Ireland"
    _is_drawn_as_it_is_told(buyer, invoice)
    for nothing in ("/v1/balance", "/v1/payments-due"):
        assert buyer.as_owner(200, "GET", nothing)["items"] == []

    for _ in range(2):
        assert _run(buyer)["status"] == "finished"
        assert buyer.documents() == [listed], "the second run makes nothing"
    assert buyer.document(listed["invoice_id"]) == invoice


def test_what_a_representative_gives_back_is_a_credit_note_and_account_credit_inv_3_inv_11(
    buyer: Buyer,
) -> None:
    buyer.order(BERLIN.line, BERLIN.currency)
    (invoice,) = until(buyer.documents, bool)
    wish = {"lines": [{"line": 0, "net_minor": 1_000}], "reason": "An evening without sound"}
    path = f"/v1/invoices/{invoice['invoice_id']}/credit-notes"

    made = buyer.as_representative(201, "POST", path, wish)["credit_note"]

    note = buyer.document(made["invoice_id"])
    assert note["total"]["amount_minor"] == 1_190, "10.00 and 19 %"
    assert (note["refers_to_number"], note["settlement"]) == (invoice["number"], "account_credit")
    _is_drawn_as_it_is_told(buyer, note)
    assert buyer.balance()["credit"]["amount_minor"] == 1_190


def test_a_smaller_plan_on_the_stack_leaves_what_its_preview_said_as_credit_sub_6_inv_11(
    buyer: Buyer,
) -> None:
    buyer.order(BERLIN.line, BERLIN.currency)
    until(buyer.documents, bool)
    subscription_id = buyer.subscription()["subscription_id"]
    change = {"kind": "change", "subscription_id": subscription_id, "plan": "starter"}

    preview = buyer.order(change)

    documents = until(buyer.documents, lambda found: len(found) == 3)
    (note,) = (each for each in documents if each["kind"] == "credit_note")
    given = preview["credit_given"]["amount_minor"]
    assert given > 0
    assert (note["total"]["amount_minor"], note["settlement"]) == (given, "account_credit")
    assert buyer.balance()["credit"]["amount_minor"] == given


def _is_what_was_previewed(invoice: Json, preview: Json) -> None:
    """BAD-14."""
    now = preview["now"]
    assert invoice["total"] == invoice["paid"] == preview["due_now"]
    assert (invoice["subtotal"], invoice["tax"]) == (now["subtotal"], now["tax"])
    assert [(each["percent"], each["amount"]) for each in invoice["taxes"]] == [
        (each["percent"], each["amount"]) for each in now["taxes"]
    ]


def _is_drawn_as_it_is_told(buyer: Buyer, document: Json) -> None:
    """Its PDF is one, in its language, with the electronic invoice inside; beside it the same as XML."""
    number, total = document["number"], document["total"]["amount_minor"]
    assert _NUMBER.fullmatch(number)
    pdf = PdfReader(BytesIO(_file(buyer, document, "pdf")))
    text = "\n".join(page.extract_text() for page in pdf.pages)
    assert number in text
    assert BERLIN.company in text
    assert f"{total // 100:,}".replace(",", ".") + f",{total % 100:02}" in text, (
        "as German writes it"
    )
    (inside,) = pdf.attachments["factur-x.xml"]
    xml = _file(buyer, document, "xml")
    assert inside == xml
    root = ET.fromstring(xml)  # noqa: S314 - our own
    assert root.findtext("rsm:ExchangedDocument/ram:ID", namespaces=_NAMES) == number
    assert root.findtext(".//ram:GrandTotalAmount", namespaces=_NAMES) == f"{total / 100:.2f}"


def _file(buyer: Buyer, document: Json, form: str) -> bytes:
    """Some seconds after the number at most."""
    address = f"{buyer.url}/v1/invoices/{document['invoice_id']}/{form}"
    headers = {"authorization": f"Bearer {buyer.owner_token}"}
    answer = until(lambda: call(address, headers=headers), lambda found: found.status != 503)
    assert answer.status == 200, answer
    name = f"{document['number']}.{_ENDINGS[form]}"
    assert f'filename="{name}"' in answer.headers["content-disposition"]
    content: bytes = answer.content
    return content


def _run(buyer: Buyer) -> Json:
    """The run of every quarter of an hour, asked for; one at a time, so another may have to end first."""
    headers = {"authorization": f"Bearer {buyer.representative_token}", "idempotency-key": key()}
    path = f"{buyer.url}/v1/invoice-runs"
    asked = until(
        lambda: call(path, "POST", {}, headers=headers), lambda found: found.status != 409
    )
    run_id = wanted(202, asked)["run_id"]
    return until(
        lambda: wanted(200, call(f"{path}/{run_id}", headers=headers)),
        lambda found: found["status"] == "finished",
    )
