"""The simulator reads back what Stripe's form encoding can say."""

from typing import Any
from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st

from local.simulators.stripe import forms
from tests.support.stripe_calls import flat

NAMES = st.text("abcdefghij_", min_size=1, max_size=8)
TREES = st.dictionaries(
    NAMES,
    st.recursive(
        st.text(max_size=20),
        lambda children: (
            st.lists(children, min_size=1, max_size=4)
            | st.dictionaries(NAMES, children, min_size=1, max_size=4)
        ),
        max_leaves=12,
    ),
    max_size=5,
)


@given(TREES)
def test_whatever_is_encoded_is_decoded_alike(tree: dict[str, Any]):
    """CONTRACTS 1.1: deep objects `a[b][c]`, lists `a[0][b]`."""
    body = urlencode(flat(tree)).encode()

    decoded = forms.decode(body)

    assert decoded == tree


def test_empty_brackets_make_a_list_in_order():
    body = b"expand[]=payment_intent&expand[]=line_items"

    decoded = forms.decode(body)

    assert decoded == {"expand": ["payment_intent", "line_items"]}
