"""TAX-6: the papers of who sells to a customer, dated, downloaded as they were packaged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from guichet.access.addresses import Address
from guichet.adapters.selling.packaged import FORMS
from guichet.catalogue.selling import Form, FormKind
from tests.support.billing import Billing
from tests.support.gateway import Came
from tests.support.world import World

type Call = Callable[..., Came]

DUBLIN = Address(line1="1 Example Quay", city="Dublin", country="IE")


def test_the_forms_of_the_entity_that_sells_are_listed_with_their_days_tax_6(call: Call) -> None:
    answer = call("GET", "/v1/forms")

    assert answer.body["items"] == [
        {
            "form_id": "us-w9-2026",
            "form": "w9",
            "effective_from": "2026-01-01",
            "in_force": True,
            "selling_entity": "us",
            "seller": "Guichet Example Inc.",
        },
        {
            "form_id": "us-debit-authorization-2026",
            "form": "debit_authorization",
            "effective_from": "2026-01-01",
            "in_force": True,
            "selling_entity": "us",
            "seller": "Guichet Example Inc.",
        },
    ]


def test_another_entity_has_other_forms_and_no_w_9_tax_6(call: Call, billing: Billing) -> None:
    billing.move_to(DUBLIN)

    listed = call("GET", "/v1/forms").body["items"]
    american = call("GET", "/v1/forms/us-w9-2026")

    assert [each["form_id"] for each in listed] == ["ie-debit-authorization-2026"]
    assert american.status == 200  # of who sold to it before


def test_a_form_is_downloaded_as_an_attachment_and_marked_as_a_sample_tax_6(call: Call) -> None:
    answer = call("GET", "/v1/forms/us-w9-2026")

    assert answer.status == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'attachment; filename="us-w9-2026.pdf"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    content = answer.text.encode(errors="surrogateescape")
    assert content == (FORMS / "us-w9-2026.pdf").read_bytes()
    assert b"SAMPLE" in content


def test_what_is_no_form_is_not_looked_for_tax_6(call: Call) -> None:
    for wrong in ("us-w9-2027", "..%2Fselling_entities", "us-w9-2026.pdf"):
        assert call("GET", f"/v1/forms/{wrong}").status == 404


def test_a_form_is_listed_from_its_day_on_and_the_newest_of_a_kind_is_in_force_tax_6(
    world: World,
) -> None:
    entity = world.parts.selling_entities.entity("us")
    older = Form("us-w9-2024", FormKind.W9, date(2024, 1, 1))
    newer = Form("us-w9-2027", FormKind.W9, date(2027, 1, 1))
    other = Form("us-d", FormKind.DEBIT_AUTHORIZATION, date(2023, 1, 1))
    dated = replace(entity, forms=(older, newer, other))

    assert dated.forms_until(date(2026, 12, 31)) == ((older, True), (other, True))
    assert dated.forms_until(date(2027, 1, 1)) == (
        (newer, True),
        (older, False),
        (other, True),
    )
    assert dated.forms_until(date(2022, 1, 1)) == ()
