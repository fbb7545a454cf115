"""EXT-1: fields take what they promise and refuse the rest with a code of their own."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from guichet.entry.fields import AmountGiven, Email, Instant, Line, Prose, Request
from guichet.entry.fields import refusal_of_fields as refused


class Sample(Request):
    name: Line = "x"
    text: Prose = ""
    email: Email = "a@b.example"
    at: Instant = datetime(2027, 1, 1, tzinfo=UTC)
    price: AmountGiven | None = None


def code_of(**fields: object) -> tuple[str, str]:
    """The code and the pointer of the one field at fault."""
    try:
        Sample.model_validate(fields)
    except ValidationError as error:
        refusal = refused(error.errors())
        (field,) = refusal.errors
        assert refusal.code == field.code
        return field.code, field.pointer
    raise AssertionError("nothing was refused")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("name", "", "too_short"),
        ("name", "   ", "too_short"),
        ("name", "x" * 201, "too_long"),
        ("name", "Ada\nLovelace", "control_characters"),
        ("name", "Ada\x00", "control_characters"),
        ("name", "Ada\x7f", "control_characters"),
        ("name", "Ada\u202egnp.exe", "control_characters"),
        ("name", "Ada\u2028Lovelace", "control_characters"),
        ("name", 7, "wrong_type"),
        ("name", None, "wrong_type"),
        ("text", "a\x1bb", "control_characters"),
        ("text", "x" * 10_001, "too_long"),
        ("email", "ada", "not_an_email"),
        ("email", "ada@localhost", "not_an_email"),
        ("email", "ada@@b.example", "not_an_email"),
        ("email", "a da@b.example", "not_an_email"),
        ("email", "ada@b..example", "not_an_email"),
        ("email", "ada@-b.example", "not_an_email"),
        ("email", ".ada@b.example", "not_an_email"),
        ("email", "Ada <ada@b.example>", "not_an_email"),
        ("email", "adä@b.example", "not_an_email"),
        ("email", "x" * 65 + "@b.example", "not_an_email"),
        ("email", "ada@b.example\r\nBcc: eve@b.example", "control_characters"),
        ("email", "ada@" + "b" * 250 + ".example", "too_long"),
        ("at", "tomorrow", "not_a_time"),
        ("at", "2027-01-01", "not_a_time"),
        ("at", "2027-01-01T10:00:00", "not_a_time"),
        ("at", "2027-02-30T10:00:00Z", "not_a_time"),
        ("at", "2027-01-01T10:00:60Z", "not_a_time"),
        ("at", 1795338000, "not_a_time"),
        ("at", "1999-12-31T10:00:00Z", "time_out_of_range"),
        ("at", "2100-01-01T10:00:00Z", "time_out_of_range"),
        ("at", "0001-01-01T00:00:00+14:00", "time_out_of_range"),
        ("unknown", 1, "unknown_field"),
    ],
)
def test_a_field_at_fault_is_named(field: str, value: object, code: str) -> None:
    found = code_of(**{field: value})

    assert found == (code, f"/{field}")


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (12.5, "amount_fractional"),
        (12000.0, "amount_fractional"),
        (-1, "amount_negative"),
        (10**12 + 1, "amount_beyond_limits"),
        ("12000", "wrong_type"),
        (True, "wrong_type"),
        (None, "wrong_type"),
    ],
)
def test_an_amount_is_a_whole_number_mon_1(amount: object, code: str) -> None:
    found = code_of(price={"amount_minor": amount, "currency": "USD"})

    assert found == (code, "/price/amount_minor")


@pytest.mark.parametrize("currency", ["usd", "US", "USDX", "US\n", "ÜSD"])
def test_a_currency_is_three_letters_mon_1(currency: str) -> None:
    found = code_of(price={"amount_minor": 1, "currency": currency})

    assert found == ("malformed", "/price/currency")


def test_several_fields_at_fault_are_all_named() -> None:
    with pytest.raises(ValidationError) as caught:
        Sample.model_validate({"name": "", "more": 1})

    refusal = refused(caught.value.errors())

    assert refusal.code == "invalid_request"
    assert [each.pointer for each in refusal.errors] == ["/name", "/more"]


def test_what_was_sent_is_never_in_the_refusal() -> None:
    with pytest.raises(ValidationError) as caught:
        Sample.model_validate({"email": "secret", "name": {"secret": 1}})

    refusal = refused(caught.value.errors())

    assert "secret" not in f"{refusal.detail}{refusal.errors}"


def test_texts_addresses_and_times_come_out_as_they_are_kept() -> None:
    sample = Sample.model_validate(
        {
            "name": "  Ada  ",
            "text": "one\r\ntwo\n",
            "email": "ada+x@münchen.example",
            "at": "2027-01-01t10:00:00.123456+02:00",
        }
    )

    assert sample.name == "Ada"
    assert sample.text == "one\ntwo"
    assert sample.email == "ada+x@münchen.example"
    assert sample.at == datetime(2027, 1, 1, 8, 0, 0, 123000, tzinfo=UTC)
