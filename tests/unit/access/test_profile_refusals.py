"""ACC-4, INV-6, TAX-3: what could not be billed or reached later is refused and changes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.support.profiles import BOSTON, FILLED, PARIS, Call
from tests.support.unchanged import nothing_written
from tests.support.world import ACCOUNT, World


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        pytest.param({"vat_number": "FR1"}, "/vat_number", "vat_number_malformed", id="VAT form"),
        pytest.param(
            {"vat_number": "FR61954506078"}, "/vat_number", "vat_number_malformed", id="VAT digits"
        ),
        pytest.param(
            {"vat_number": "DE136695976"},
            "/vat_number",
            "vat_number_other_country",
            id="VAT number of another country",
        ),
        pytest.param(
            {"billing_address": BOSTON},
            "/vat_number",
            "vat_number_other_country",
            id="moved away from its VAT number",
        ),
        pytest.param(
            {"billing_address": {**PARIS, "country": "ZZ"}},
            "/billing_address/country",
            "country_unknown",
            id="country",
        ),
        pytest.param(
            {"shipping_address": {**BOSTON, "region": ""}},
            "/shipping_address/region",
            "region_required",
            id="no state",
        ),
        pytest.param(
            {"billing_address": {"city": "Paris", "country": "FR"}},
            "/billing_address/line1",
            "required",
            id="no street",
        ),
        pytest.param({"billing_address": None}, "/billing_address", "wrong_type", id="no address"),
        pytest.param({"time_zone": "Mars/Base"}, "/time_zone", "time_zone_unknown", id="zone"),
        pytest.param({"time_zone": "Europe"}, "/time_zone", "time_zone_unknown", id="half a zone"),
        pytest.param({"time_zone": "../x"}, "/time_zone", "time_zone_unknown", id="a path"),
        pytest.param({"language": "xx"}, "/language", "language_unknown", id="language"),
        pytest.param(
            {"contact_email": "nobody"}, "/contact_email", "not_an_email", id="no mailbox"
        ),
        pytest.param(
            {"cc_emails": [f"{n}@atelier.example" for n in range(6)]},
            "/cc_emails",
            "too_many_recipients",
            id="six recipients",
        ),
        pytest.param(
            {"cc_emails": ["a@atelier.example"] * 2}, "/cc_emails", "duplicate", id="twice"
        ),
        pytest.param({"company": " "}, "/company", "too_short", id="nobody to bill"),
        pytest.param({"phone": "1\u202e"}, "/phone", "control_characters", id="deceiving text"),
        pytest.param(
            {"company": "株式会社見本"},
            "/company",
            "company_not_printable",
            id="company in Japanese",
        ),
        pytest.param(
            {"contact_name": "محمد"},
            "/contact_name",
            "contact_name_not_printable",
            id="contact in Arabic",
        ),
        pytest.param(
            {"billing_address": {**PARIS, "line2": "בניין 3"}},
            "/billing_address/line2",
            "address_not_printable",
            id="a line of the address in Hebrew",
        ),
        pytest.param(
            {"billing_address": {**PARIS, "postal_code": "七五"}},
            "/billing_address/postal_code",
            "address_not_printable",
            id="a postal code in Chinese",
        ),
        pytest.param({"version": 7}, "/version", "unknown_field", id="not theirs to set"),
        pytest.param({"account_id": "acc_grand"}, "/account_id", "unknown_field", id="nor this"),
    ],
)
def test_what_could_not_be_billed_is_refused_field_by_field_acc_4(
    call: Call, world: World, body: dict[str, Any], pointer: str, code: str
) -> None:
    call("PATCH", body=FILLED)

    with nothing_written(world.dynamo):
        answer = call("PATCH", body=body)

    assert (answer.status, answer.code) == (422, code)
    assert [each["pointer"] for each in answer.body["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param(
            {"vat_number": "FR61954506078"}, "Diese USt-IdNr. stimmt nicht.", id="VAT digits"
        ),
        pytest.param(
            {"cc_emails": [f"{n}@atelier.example" for n in range(6)]},
            "Nennen Sie höchstens 5 neben dem Hauptkontakt.",
            id="six recipients",
        ),
        pytest.param(
            {"company": "Atelier 見本 株式会社"},
            "Der Firmenname enthält Zeichen, die auf Rechnungen nicht gedruckt werden können: 見本株式会社. ",
            id="company in Japanese",
        ),
        pytest.param(
            {"language": "xx"}, "Wählen Sie eine von en, fr, de, it, es, pt, nl.", id="language"
        ),
    ],
)
def test_a_refusal_is_told_in_the_reader_s_language_ext_5(
    call: Call, world: World, body: dict[str, Any], told: str
) -> None:
    call("PATCH", body=FILLED)

    with nothing_written(world.dynamo):
        answer = call("PATCH", body=body, headers={"accept-language": "de"})

    assert told in answer.body["detail"]
    assert answer.headers["content-language"] == "de"


def test_a_vat_number_needs_an_address_to_be_judged_by_tax_3(call: Call, world: World) -> None:
    with nothing_written(world.dynamo):
        alone = call("PATCH", body={"vat_number": "FR61954506077"})
    both = call("PATCH", body={"vat_number": "FR61954506077", "billing_address": PARIS})

    assert (alone.status, alone.code) == (422, "billing_address_required")
    assert both.status == 200


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"company": "Εργαστήριο Α.Ε.", "contact_name": "Ελένη"}, id="Greek"),  # noqa: RUF001 - Greek
        pytest.param({"company": "Работилница ООД", "contact_name": "Щърбова"}, id="Cyrillic"),
        pytest.param({"company": "Cafe\u0301 d’Été", "contact_name": "Zoë Ł."}, id="marks apart"),
        pytest.param({"shipping_address": {**PARIS, "line1": "見本 1"}}, id="what is not printed"),
    ],
)
def test_what_invoices_print_is_taken_inv_4(call: Call, body: dict[str, Any]) -> None:
    call("PATCH", body=FILLED)

    assert call("PATCH", body=body).status == 200


def test_a_name_that_was_there_before_bars_no_other_change_inv_4(call: Call, world: World) -> None:
    """Accounts are opened under any name, and older profiles have any: their run parks (INV-1)."""
    call("PATCH", body=FILLED)
    profiles = world.parts.profiles
    account = profiles.account(ACCOUNT)
    assert account is not None
    before = profiles.profile(account)
    named = replace(before, company="株式会社見本", version=before.version + 1)
    profiles.save_profile(world.cause("update_profile"), before, named)

    other = call("PATCH", body={"phone": "+81 3 0000 0000"})
    again = call("PATCH", body={"company": "株式会社見本2"})

    assert other.status == 200
    assert (again.status, again.code) == (422, "company_not_printable")
