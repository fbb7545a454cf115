"""COL-3: whatever a provider calls a decline, callers read one of our six words."""

from __future__ import annotations

import pytest

from guichet.adapters.paypal import method_reading as paypal
from guichet.adapters.paypal.errors import CAPTURE_REFUSALS
from guichet.adapters.stripe import method_reading as stripe
from guichet.collection.decline_reasons import DeclineReason, decline_reason
from local.paths import ROOT

R = DeclineReason


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("insufficient_funds", R.INSUFFICIENT_FUNDS),
        ("generic_decline", R.DECLINED),
        ("stolen_card", R.DECLINED),
        ("expired_card", R.EXPIRED_CARD),
        ("payment_intent_authentication_failure", R.AUTHENTICATION_FAILED),
        ("payment_method_detached", R.METHOD_GONE),
        ("account_closed", R.METHOD_GONE),
        ("INSTRUMENT_DECLINED", R.DECLINED),
        ("PAYER_ACTION_REQUIRED", R.AUTHENTICATION_FAILED),
        ("BILLING_AGREEMENT_NOT_FOUND", R.METHOD_GONE),
        ("a word of next year", R.OTHER),
        ("", R.OTHER),
    ],
)
def test_a_provider_s_word_becomes_one_of_ours_col_3(word: str, reason: DeclineReason) -> None:
    assert decline_reason(word) is reason


def test_every_word_that_adapters_decide_by_is_known() -> None:
    words = {*stripe.FINAL_DECLINES, *paypal.FINAL_DECLINES, "refused", "declined"}
    of_the_payer = {each for each in CAPTURE_REFUSALS if each in paypal._DECLINES}  # noqa: SLF001 - what it reads as a decline

    assert not [each for each in words | of_the_payer if decline_reason(each) is R.OTHER]


def test_callers_find_every_reason_in_the_documents_ext_1() -> None:
    page = (ROOT / "docs" / "billing.md").read_text()

    assert [each for each in R if f"`{each}`" not in page] == []
