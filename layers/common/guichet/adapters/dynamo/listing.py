"""Lists, page by page. An index only nominates: what it names is shown, never decided upon."""

from __future__ import annotations

from typing import Final

from guichet.adapters.dynamo import keys
from guichet.adapters.dynamo.codec import decode
from guichet.adapters.dynamo.seam import Dynamo, IndexName, Item
from guichet.payments.payment import Payment
from guichet.registration.discount import DiscountCode
from guichet.registration.ports import Slice
from guichet.registration.registration import Registration, RegistrationStatus
from guichet.registration.training import Training

_PAGES: Final = 20  # a filtered list reads at most so many pages for one answer


class Lists:
    """The lists of `Records`."""

    def __init__(self, dynamo: Dynamo) -> None:
        self.__dynamo = dynamo

    def trainings_of(self, account_id: str, *, limit: int, after: str | None) -> Slice[Training]:
        partition = f"ACCOUNT#{account_id}#TRAININGS"
        return self._slice(
            Training, partition, limit=limit, after=after, index="listing", forward=False
        )

    def payments_of(self, training_id: str, *, limit: int, after: str | None) -> Slice[Payment]:
        partition = f"TRAINING#{training_id}#PAYMENTS"
        return self._slice(
            Payment, partition, limit=limit, after=after, index="listing", forward=False
        )

    def discount_codes_of(
        self, account_id: str, *, limit: int, after: str | None
    ) -> Slice[DiscountCode]:
        partition = keys.account(account_id).pk
        return self._slice(DiscountCode, partition, prefix="CODE#", limit=limit, after=after)

    def registrations_of(
        self,
        training_id: str,
        *,
        limit: int,
        after: str | None,
        status: RegistrationStatus | None = None,
        email: str | None = None,
    ) -> Slice[Registration]:
        partition = keys.training(training_id).pk
        wanted = None if email is None else keys.email_key(email)
        found: list[Registration] = []
        for _ in range(_PAGES):
            part = self._slice(
                Registration, partition, prefix="REG#", limit=limit - len(found), after=after
            )
            found.extend(
                each
                for each in part.items
                if (status is None or each.status is status)
                and (wanted is None or keys.email_key(each.email) == wanted)
            )
            after = part.after
            if after is None or len(found) == limit:
                break
        return Slice(found, after)

    def _slice[T](
        self,
        kind: type[T],
        partition: str,
        *,
        limit: int,
        after: str | None,
        prefix: str = "",
        index: IndexName | None = None,
        forward: bool = True,
    ) -> Slice[T]:
        found, rest = listed(
            self.__dynamo,
            kind,
            partition,
            prefix=prefix,
            index=index,
            limit=limit,
            after=after,
            forward=forward,
        )
        return Slice(found, rest)


def listed[T](
    dynamo: Dynamo,
    kind: type[T],
    partition: str,
    *,
    limit: int,
    after: str | None,
    prefix: str = "",
    index: IndexName | None = None,
    forward: bool = True,
) -> tuple[list[T], str | None]:
    """A page of objects, and where the next one begins; None after the last."""
    page = dynamo.query(
        "state",
        partition,
        prefix=prefix,
        index=index,
        limit=limit,
        start=None if after is None else _position(partition, after, index),
        forward=forward,
    )
    found = [decode(kind, item) for item in page.items]
    return found, _place(page.next_start, index) if page.next_start else None


def _place(start: Item, index: IndexName | None) -> str:
    """Where a page ended, as one line without the partition's name."""
    if index is None:
        return str(start["sk"])
    return f"{start['list_sort']}|{start['pk']}|{start['sk']}"


def _position(partition: str, after: str, index: IndexName | None) -> Item:
    if index is None:
        return {"pk": partition, "sk": after}
    list_sort, pk, sk = after.split("|")
    return {"list_key": partition, "list_sort": list_sort, "pk": pk, "sk": sk}
