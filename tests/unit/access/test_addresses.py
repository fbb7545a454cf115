"""ACC-4: addresses, their countries, and the states that taxes depend on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from babel import Locale

from guichet.access.addresses import Address, sound_address
from guichet.countries import COUNTRIES, EU_MEMBERS, REGIONS
from guichet.errors import Invalid

PARIS = Address(line1=" 12 rue Exemple ", city="Paris", country="fr", postal_code="75001")


def test_an_address_is_kept_with_its_codes_in_capitals_acc_4() -> None:
    assert sound_address(PARIS, "") == replace(PARIS, line1="12 rue Exemple", country="FR")


@pytest.mark.parametrize(
    ("changed", "pointer", "code"),
    [
        ({"line1": "  "}, "/billing_address/line1", "required"),
        ({"city": ""}, "/billing_address/city", "required"),
        ({"country": "XX"}, "/billing_address/country", "country_unknown"),
        ({"country": "EL"}, "/billing_address/country", "country_unknown"),
        ({"country": "UK"}, "/billing_address/country", "country_unknown"),
        ({"country": ""}, "/billing_address/country", "country_unknown"),
        ({"country": "US"}, "/billing_address/region", "region_required"),
        ({"country": "CA"}, "/billing_address/region", "region_required"),
        ({"country": "AU"}, "/billing_address/region", "region_required"),
        ({"country": "US", "region": "ON"}, "/billing_address/region", "region_unknown"),
        ({"country": "CA", "region": "Quebec"}, "/billing_address/region", "region_unknown"),
    ],
)
def test_an_address_that_nothing_can_be_billed_to_is_refused_acc_4(
    changed: dict[str, str], pointer: str, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        sound_address(replace(PARIS, **changed), "/billing_address")

    (field,) = refused.value.errors
    assert (field.pointer, refused.value.code) == (pointer, code)


@pytest.mark.parametrize(("country", "region"), [("US", "ny"), ("CA", "QC"), ("AU", "nsw")])
def test_a_state_is_known_by_its_code_acc_4(country: str, region: str) -> None:
    found = sound_address(replace(PARIS, country=country, region=region), "")

    assert found.region == region.upper()


def test_the_countries_are_those_that_have_two_letters_in_iso_3166() -> None:
    # CLDR's other codes of two letters: reserved ones, groups, and the private use of Kosovo.
    others = [
        "AC",
        "CP",
        "CQ",
        "DG",
        "EA",
        "EU",
        "EZ",
        "IC",
        "QO",
        "TA",
        "UN",
        "XA",
        "XB",
        "XK",
        "ZZ",
    ]
    known = map(str, Locale("en").territories)
    letters = {each for each in known if len(each) == 2 and each.isalpha()}

    assert letters - set(others) == COUNTRIES
    assert len(COUNTRIES) == 249
    assert EU_MEMBERS < COUNTRIES
    assert len(EU_MEMBERS) == 27
    assert {country: len(codes) for country, codes in REGIONS.items()} == {
        "US": 50 + 1 + 3 + 5,
        "CA": 13,
        "AU": 8,
    }
