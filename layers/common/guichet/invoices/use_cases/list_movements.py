"""An account's history of money, the newest first, and how each balance stood after it (INV-9)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from guichet.access.membership import Member, Permission
from guichet.invoices.history_ports import AccountHistory, BalanceStep
from guichet.invoices.invoice import Invoice
from guichet.invoices.invoicing import Invoicing
from guichet.invoices.movement import Moved, Movement, movement_of
from guichet.subscriptions.balance import AccountBalance

_AT_ONCE: Final = 100
_PARTS: Final = 10  # that are looked through for one answer
_LOOKS: Final = 20  # at versions of balances, for one answer; what lies further back is not told
_MOST_PLACES: Final = 20  # whose standing a cursor carries; others are worked out anew

type Place = tuple[str, str]  # selling entity and currency


@dataclass(frozen=True, slots=True)
class MovementView:
    """A movement with its document, and how the balance stood once all of its moment was written.

    That is None where more was written to the balance since than is read for one answer.
    """

    movement: Movement
    document: Invoice | None
    refers_to: Invoice | None  # of a credit note: its invoice
    standing: Moved | None


@dataclass(frozen=True, slots=True)
class MovementsPage:
    """Part of the history, the newest first; `after` leads on."""

    items: list[MovementView]
    after: str | None


def list_movements(
    member: Member, *, limit: int, after: str | None, history: AccountHistory, invoicing: Invoicing
) -> MovementsPage:
    """All that moved the account's money, with every selling entity and in every currency.

    A page may be short where much else happened to the account, and leads on all the same.

    Raises:
        NotAllowed: the member may not see invoices.
    """
    member.reach(Permission.READ_BILLS)
    account_id = member.account_id
    position, carried = _resumed(after)
    found, position = _found(account_id, limit, position, history)
    documents = _documents(account_id, found, invoicing)
    walk = _Walk(account_id, dict(carried), history, invoicing)
    items = []
    for each in found:
        document = documents.get(each.invoice_id or "")
        movement = each
        if not each.selling_entity and document is not None:
            movement = replace(each, selling_entity=document.selling_entity)
        original = documents.get(document.refers_to or "") if document is not None else None
        standing = walk.standing_at(movement)
        items.append(MovementView(movement, document, original, standing))
    return MovementsPage(items, None if position is None else _to_resume(position, walk.known))


def _found(
    account_id: str, limit: int, position: str | None, history: AccountHistory
) -> tuple[list[Movement], str | None]:
    """As many movements as are asked for, and where the next one is looked for."""
    found: list[Movement] = []
    for _ in range(_PARTS):
        part = history.entries(account_id, limit=_AT_ONCE, after=position)
        for placed in part.items:
            movement = movement_of(placed.entry)
            if movement is not None:
                found.append(movement)
            if len(found) == limit:
                return found, placed.place
        position = part.after
        if position is None:
            break
    return found, position


def _documents(
    account_id: str, movements: Iterable[Movement], invoicing: Invoicing
) -> Mapping[str, Invoice]:
    """The documents that movements are about, and the invoices of credit notes."""
    found = _read(account_id, {each.invoice_id for each in movements if each.invoice_id}, invoicing)
    originals = {each.refers_to for each in found.values() if each.refers_to} - set(found)
    return found | _read(account_id, originals, invoicing)


def _read(account_id: str, names: Iterable[str], invoicing: Invoicing) -> dict[str, Invoice]:
    wanted, found = sorted(names), dict[str, Invoice]()
    for start in range(0, len(wanted), _AT_ONCE):
        part = invoicing.records.invoices(account_id, wanted[start : start + _AT_ONCE])
        found |= {each.invoice_id: each for each in part if each is not None}
    return found


@dataclass(frozen=True, slots=True)
class _Known:
    """How a balance stood at a version, on the way back."""

    version: int
    standing: Moved


class _Walk:
    """Goes back through the versions of balances: their own history, which misses nothing.

    Bills that wait make versions too, one for each charge: so it goes so far and no further, and the
    next answer goes on from there.
    """

    def __init__(
        self,
        account_id: str,
        known: dict[Place, _Known],
        history: AccountHistory,
        invoicing: Invoicing,
    ) -> None:
        self._account_id = account_id
        self._history = history
        self._invoicing = invoicing
        self._ahead: dict[Place, list[BalanceStep]] = {}
        self._looks = _LOOKS
        self.known = known

    def standing_at(self, movement: Movement) -> Moved | None:
        """Once everything of its moment was written; None where that lies too far back."""
        place = (movement.selling_entity, movement.amount.currency)
        known = self.known.pop(place, None) or self._now(place)  # popped: put back as the newest
        while (step := self._step(place, known.version)) and step.at > movement.at:
            known = _Known(step.version - 1, known.standing - step.moved)
            self._ahead[place].pop(0)
        self.known[place] = known
        return known.standing if step is not None or known.version == 0 else None

    def _now(self, place: Place) -> _Known:
        balance = self._invoicing.billing.balance(self._account_id, *place)
        return _Known(balance.version, standing_of(balance))

    def _step(self, place: Place, version: int) -> BalanceStep | None:
        """That which made this version; None before the first, and where no more is read."""
        if not self._ahead.get(place) and version > 0 and self._looks > 0:
            self._looks -= 1
            self._ahead[place] = self._history.balance_steps(
                self._account_id, *place, below=version + 1, limit=_AT_ONCE
            )
        ahead = self._ahead.get(place)
        return ahead[0] if ahead else None


def standing_of(balance: AccountBalance) -> Moved:
    """What is open on its invoices, and its credit."""
    return Moved(
        sum(bill.open_minor for bill in balance.invoiced),
        balance.credit_minor,
        balance.reserved_minor,
    )


def _to_resume(position: str, known: Mapping[Place, _Known]) -> str:
    """The place, and how the balances stand there, those that were met last."""
    kept = list(known.items())[-_MOST_PLACES:]
    standings = [[*place, each.version, *_numbers(each.standing)] for place, each in kept]
    return json.dumps([position, standings], separators=(",", ":"))


def _numbers(standing: Moved) -> tuple[int, int, int]:
    return standing.open_minor, standing.credit_minor, standing.reserved_minor


def _resumed(after: str | None) -> tuple[str | None, Mapping[Place, _Known]]:
    if after is None:
        return None, {}
    position, standings = json.loads(after)
    return position, {
        (entity, currency): _Known(version, Moved(*numbers))
        for entity, currency, version, *numbers in standings
    }
