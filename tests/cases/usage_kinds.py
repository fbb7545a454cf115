"""Cases of usage beyond what is included, and of text messages, through the engine that bills them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from guichet.subscriptions.usage import overage, sms_credits

type Given = Mapping[str, Any]
type Answer = dict[str, object]


def usage(given: Given) -> Answer:
    price = given["unit_price"]
    if not isinstance(price, str):
        raise TypeError("`unit_price` is a decimal in quotes")
    quantity, amount = overage(
        _whole(given["included"]), _whole(given["quantity"]), Decimal(price), str(given["currency"])
    )
    return {"overage_quantity": quantity, "amount": amount.amount_minor}


def credits_of_messages(given: Given) -> Answer:
    return {"credits": sms_credits([_whole(each) for each in given["characters"]])}


def _whole(value: object) -> int:
    if type(value) is not int:
        raise TypeError(f"{value!r} is no whole number")
    return value
