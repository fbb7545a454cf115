"""Stripe's lists, page after page: what is absent from one must really be absent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from guichet.adapters.stripe import reading
from guichet.adapters.stripe.client import Budget, Call, Json, StripeClient
from guichet.payments.ports import ProviderUnavailableError

_PAGES: Final = 10  # a thousand refunds of a payment, or charges of two days, are none of ours


def objects_of(
    client: StripeClient, page: Callable[[str | None], Call], budget: Budget
) -> Iterator[Json]:
    """All objects of a list, newest first.

    Args:
        client: who asks.
        page: the call for what follows an object's id; for None, the first.
        budget: of all pages together.

    Raises:
        ProviderUnavailableError: more pages than there can be; absence was not shown.
    """
    after: str | None = None
    for _ in range(_PAGES):
        answer = client.send(page(after), budget).json
        found = reading.items(answer)
        yield from found
        if answer.get("has_more") is not True or not found:
            return
        after = reading.object_id(found[-1])
    raise ProviderUnavailableError("Stripe's list has no end")
