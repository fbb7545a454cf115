"""INV-4: whatever is billed, both syntaxes keep the European rules to the cent."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from guichet.adapters.documents.files import files_of
from guichet.catalogue.catalogue import TaxClass
from guichet.money import half_up
from guichet.tax.places import Category, Sentence
from tests.support.business_rules import Judge
from tests.support.invoice_documents import BERLIN, Rate, invoice, line, vat


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    lines=st.lists(
        st.tuples(
            st.integers(1, 400),
            st.decimals("0.0001", "99.9999", places=4),
            st.sampled_from([*TaxClass]),
            st.booleans(),
            st.integers(0, 5),
        ),
        min_size=1,
        max_size=8,
    ),
    percent=st.sampled_from(["19", "8.1", "5.5", "25.5"]),
    paid=st.integers(0, 100),
)
def test_any_invoice_keeps_the_rules_to_the_cent(
    lines: list[tuple[int, Decimal, TaxClass, bool, int]],
    percent: str,
    paid: int,
    judges: dict[str, Judge],
) -> None:
    made = tuple(
        line(
            f"Item {number}",
            -size if is_credit and number else size,
            quantity=quantity,
            unit_price=f"{price}",
            tax_class=tax_class,
            discount_minor=discount,
        )
        for number, (quantity, price, tax_class, is_credit, discount) in enumerate(lines)
        for size in [half_up(Fraction(price) * quantity * 100)]
    )
    net = sum(each.net_minor for each in made)
    charged = {TaxClass.STANDARD, TaxClass.TELECOM}
    taxable = sum(each.net_minor for each in made if each.tax_class in charged)
    # What comes to less than 0 is a credit note (INV-11); each of two rates may round a half away.
    assume(net > 0)
    assume(net + taxable * Fraction(percent) / 100 >= 1)
    rates = {
        TaxClass.STANDARD: vat(percent),
        TaxClass.TELECOM: vat(percent, TaxClass.TELECOM),
        TaxClass.ZERO_RATED: Rate("VAT", "0", Category.ZERO_RATED, TaxClass.ZERO_RATED),
        TaxClass.EXEMPT: Rate(
            *("VAT", "0", Category.EXEMPT, TaxClass.EXEMPT), sentence=Sentence.EXEMPT_SUPPLY
        ),
    }
    classes = dict.fromkeys(each.tax_class for each in made)
    document = invoice("ie", "de", "EUR", BERLIN, tuple(rates[each] for each in classes), made)
    document = replace(document, paid_minor=document.total_minor * paid // 100)

    files = files_of(document)

    assert files.cii is not None
    assert files.ubl is not None
    assert judges["cii"](files.cii) == []
    assert judges["ubl"](files.ubl) == []
