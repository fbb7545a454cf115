"""Due work and unsent mails on the state table."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from guichet.adapters.dynamo import items, keys
from guichet.adapters.dynamo.codec import decode, decode_time, encode_time
from guichet.adapters.dynamo.seam import (
    Before,
    ConditionFailedError,
    Delete,
    Dynamo,
    Equals,
    Item,
    Key,
    Plain,
    Present,
    Update,
)
from guichet.registration.outbox import AnyMail, DueKind, DueWork, Effect, FormerAccount, mail_of


class DynamoOutbox:
    """`Outbox` and `DueIndex` on `Dynamo`."""

    def __init__(self, dynamo: Dynamo) -> None:
        self._dynamo = dynamo

    def claim(self, effect_id: str, *, now: datetime, until: datetime) -> Effect | None:
        claim = Update(
            "state",
            keys.effect_named(effect_id),
            {"claimed_until": encode_time(until)},
            condition=Before("claimed_until", encode_time(now)),
        )
        try:
            return _effect(effect_id, self._dynamo.update(claim))
        except ConditionFailedError:
            return None

    def sent(self, effect: Effect, mail: AnyMail) -> Effect:
        left = tuple(each for each in effect.mails if each is not mail)
        mails = [str(each) for each in left]
        place = keys.effect_named(effect.effect_id)
        self._dynamo.update(Update("state", place, {"mails": list(mails)}, condition=Present()))
        return replace(effect, mails=left)

    def finish(self, effect: Effect) -> None:
        place = keys.effect_named(effect.effect_id)
        if place.sk == "EFFECT":
            self._dynamo.delete(Delete("state", place))
        else:  # a document's number stays for ever
            self._dynamo.update(Update("state", place, remove=items.UNSENT, condition=Present()))

    def make_unsent_due(self, effect_id: str, *, now: datetime) -> None:
        """Put each mail that is still unsent into the index by itself, of numbers given together.

        Twice, or after a death in between: what is sent meanwhile stays out of it.
        """
        place = keys.of_several(effect_id)
        block = self._dynamo.get("state", place)
        if block is None:
            return
        first, last = keys.first_of_several(place), _whole(block["last_place"])
        before = keys.number_at(place.pk, first - 1)
        page = self._dynamo.query(
            *("state", place.pk),
            prefix="NUMBER#",
            limit=last - first + 1,
            start={"pk": before.pk, "sk": before.sk},
        )
        for each in page.items:
            if "mails" in each:
                self._list(each, now)
        self._dynamo.delete(Delete("state", place))

    def _list(self, number: Item, now: datetime) -> None:
        is_unsent = Equals("happened_at", str(number["happened_at"]))
        place, due = Key(str(number["pk"]), str(number["sk"])), items.due_entry("effect", now)
        with suppress(ConditionFailedError):  # sent since we looked
            self._dynamo.update(Update("state", place, due, condition=is_unsent))

    def postpone(self, work: DueWork, *, until: datetime) -> datetime:
        place = Key(*work.place)
        item = self._dynamo.get("state", place)
        if item is None or item.get("due_at") != encode_time(work.due_at):
            return work.due_at  # somebody has moved it meanwhile
        since = str(item.get("due_since", item["due_at"]))
        later = Update(
            "state",
            place,
            {"due_at": encode_time(until), "due_since": since},
            condition=Equals("due_at", encode_time(work.due_at)),
        )
        with suppress(ConditionFailedError):  # moved since we looked: it takes care of itself
            self._dynamo.update(later)
        return decode_time(since)

    def due(self, kind: DueKind, *, now: datetime, limit: int) -> list[DueWork]:
        page = self._dynamo.query(
            "state", keys.due(kind), at_most=encode_time(now), index="due", limit=limit
        )
        return [_work(kind, item) for item in page.items]


def _effect(effect_id: str, item: Item) -> Effect:
    mails = item["mails"]
    if not isinstance(mails, list):
        raise TypeError("an effect without its list of mails")
    return Effect(
        effect_id=effect_id,
        registration_id=_text(item, "registration_id"),
        payment_id=_text(item, "payment_id"),
        mails=tuple(mail_of(str(each)) for each in mails),
        happened_at=decode_time(str(item["happened_at"])),
        valid_until=decode_time(str(item["valid_until"])) if "valid_until" in item else None,
        refund_id=_text(item, "refund_id"),
        dispute_id=_text(item, "dispute_id"),
        account_id=_text(item, "account_id"),
        subscription_id=_text(item, "subscription_id"),
        cart_id=_text(item, "cart_id"),
        seat_id=_text(item, "seat_id"),
        method_id=_text(item, "method_id"),
        selling_entity=_text(item, "selling_entity"),
        certificate_id=_text(item, "certificate_id"),
        invoice_id=_text(item, "invoice_id"),
        former_account=decode(FormerAccount, item) if "provider_account_id" in item else None,
    )


def _whole(value: Plain) -> int:
    if type(value) is not int:
        raise TypeError("places of a series are whole numbers")
    return value


def _text(item: Item, name: str) -> str | None:
    value = item.get(name)
    return None if value is None else str(value)


def _work(kind: DueKind, item: Item) -> DueWork:
    """What the item's key says: ids contain no `#`."""
    pk, sk = str(item["pk"]), str(item["sk"])
    _, _, rest = pk.partition("#")
    match kind:
        case DueKind.HOLD:
            ids: tuple[str, ...] = (sk.partition("#")[2],)
        case (
            DueKind.REFUND
            | DueKind.PAYMENT_ACCOUNT
            | DueKind.SUBSCRIPTION
            | DueKind.CART
            | DueKind.STORED_METHOD
            | DueKind.COLLECTION
            | DueKind.CERTIFICATE
            | DueKind.VAT_NUMBER
            | DueKind.VAT_DOUBT
        ):
            ids = (rest, sk.partition("#")[2])
        case DueKind.BALANCE | DueKind.INVOICE:
            ids = (rest, *sk.split("#")[1:])
        case DueKind.EVENT:
            provider, _, event_id = rest.partition("#")
            ids = (provider, event_id)
        case DueKind.EFFECT:
            ids = (keys.effect_id_at(pk, sk),)
        case (
            DueKind.PAYMENT
            | DueKind.TRAINING
            | DueKind.CART_PAYMENT
            | DueKind.INVOICE_PAYMENT
            | DueKind.OWN_REFUND
            | DueKind.METHOD_SETUP
        ):
            ids = (rest,)
    return DueWork(kind, decode_time(str(item["due_at"])), ids, (pk, sk))
