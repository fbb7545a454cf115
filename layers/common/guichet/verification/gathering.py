"""What objects have to know of one another, passed on to where it is judged, and put together there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from guichet.adapters.dynamo import items
from guichet.adapters.dynamo.seam import Item, Plain
from guichet.payments.account import PaymentAccount
from guichet.payments.dispute import Dispute
from guichet.payments.payment import Payment, PaymentStatus
from guichet.payments.refund import Refund
from guichet.registration.discount import DiscountCode
from guichet.registration.registration import Registration, RegistrationStatus
from guichet.registration.training import Training
from guichet.verification.accounts import AccountFound
from guichet.verification.codes import CodeFound
from guichet.verification.history import History, Moved, mapping
from guichet.verification.payments import PaymentFound
from guichet.verification.shapes import kind_of, read
from guichet.verification.trainings import PaymentSeen, TrainingFound

type Found = PaymentFound | TrainingFound | CodeFound | AccountFound
type PassedOn = tuple[str, str, Item]  # to which group, as what, and what is known

_USE: Final = "use"
_SEEN: Final = "seen"
_STORED: Final = "stored"


@dataclass(slots=True)
class Gathered:
    """One group: its objects, what lies beside them, and what was passed on."""

    group: str
    values: list[object] = field(default_factory=list)
    beside: list[Item] = field(default_factory=list)
    payments: dict[str, PaymentSeen] = field(default_factory=dict)
    used_by: Counter[str] = field(default_factory=Counter)
    moved: Moved = field(default_factory=Counter)
    told: list[Item] = field(default_factory=list)  # what is judged in billing alone
    events: set[str] = field(default_factory=set)
    last_at: str = ""

    def of[T](self, kind: type[T]) -> list[T]:
        return [each for each in self.values if isinstance(each, kind)]

    def lying(self, sk: str) -> list[Item]:
        """What lies beside, by the beginning of its sort key."""
        return [each for each in self.beside if str(each["sk"]).startswith(sk)]


def passed_on(history: History) -> Iterator[PassedOn]:
    """Where an object is judged together with others."""
    known = told(history)
    match history.value:
        case Payment() as payment:
            yield _payment(payment.payment_id), _STORED, known
            yield _training(payment.training_id), _SEEN, _seen(payment, history.last_at)
        case Refund() | Dispute() as part:
            yield _payment(part.payment_id), _STORED, known
        case Training() as training:
            yield _training(training.training_id), _STORED, known
        case Registration() as registration:
            yield _training(registration.training_id), _STORED, known
            if registration.discount_code_id is not None and _counts(registration):
                used: Item = {"email": registration.email, "at": history.last_at}
                yield _code(registration.discount_code_id), _USE, used
        case DiscountCode() as code:
            yield _code(code.code_id), _STORED, known
        case PaymentAccount() as account:
            yield _account(account.account_id), _STORED, known
        case _:
            return


def told(history: History) -> Item:
    """What a group has to know of one of its objects."""
    return {
        "item": history.item,
        "at": history.last_at,
        "events": list(history.events),
        "moved": [[*place, amount] for place, amount in history.moved().items()],
    }


def group_beside(item: Item) -> str | None:
    """The group of what is no object of its own; None where nothing is to be judged."""
    pk, sk = str(item["pk"]), str(item["sk"])
    _, _, identity = pk.partition("#")
    if sk in {"PAYEE", "POINTER"}:
        return _account(str(item.get("account_id")))
    if pk.startswith("TRAINING#") and (sk == "SEATS" or sk.startswith("EMAIL#")):
        return _training(identity)
    if pk.startswith("CODE#"):
        return _code(identity)
    if pk.startswith("PAYMENT#") and sk == "REFUNDS":
        return _payment(identity)
    return None


def gathered(group: str, rows: Iterable[Item]) -> Gathered:
    """All that was passed on to a group."""
    found = Gathered(group)
    for row in rows:
        at = row.get("at")
        found.last_at = max(found.last_at, at if isinstance(at, str) else "")
        match row["as"]:
            case "stored":
                _add_stored(found, row)
            case "seen":
                seen = PaymentSeen(
                    str(row["registration_id"]),
                    PaymentStatus(str(row["status"])),
                    goes_back=bool(row["goes_back"]),
                )
                found.payments[str(row["payment_id"])] = seen
            case "told":
                found.told.append(row)
            case "use":
                found.used_by[str(row["email"])] += 1
            case _:
                found.beside.append(mapping(row["item"]))
    return found


def put_together(found: Gathered) -> Found | None:
    """What is judged as one; None where the object that all belongs to is not there."""
    match found.group.partition("/")[0]:
        case "payment":
            return _payment_found(found)
        case "training":
            return _training_found(found)
        case "code":
            return _code_found(found)
        case _:
            return AccountFound(
                found.of(PaymentAccount), _places(found, "PAYEE"), _places(found, "POINTER")
            )


def _payment_found(found: Gathered) -> PaymentFound | None:
    payment = next(iter(found.of(Payment)), None)
    if payment is None:
        return None
    guard = next(iter(found.lying("REFUNDS")), {})
    return PaymentFound(
        payment=payment,
        refunds=found.of(Refund),
        disputes=found.of(Dispute),
        counted=_number(guard.get("count")),
        moved=found.moved,
        events=frozenset(found.events),
    )


def _training_found(found: Gathered) -> TrainingFound | None:
    training = next(iter(found.of(Training)), None)
    if training is None:
        return None
    return TrainingFound(
        training=training,
        seats=next(iter(found.lying("SEATS")), None),
        registrations=found.of(Registration),
        locks={_after_mark(e["sk"]): str(e.get("registration_id")) for e in found.lying("EMAIL#")},
        payments=found.payments,
    )


def _code_found(found: Gathered) -> CodeFound | None:
    code = next(iter(found.of(DiscountCode)), None)
    if code is None:
        return None
    return CodeFound(
        code=code,
        uses=next(iter(found.lying("USES")), None),
        uses_per_email={
            _after_mark(each["sk"]): _number(each.get("used")) for each in found.lying("EMAIL#")
        },
        used_by=found.used_by,
    )


def _add_stored(found: Gathered, row: Item) -> None:
    item = mapping(row["item"])
    kind = kind_of(item)
    if kind is not None:
        found.values.append(read(kind, item))
    found.events.update(_texts(row["events"]))
    moved = row["moved"]
    for each in moved if isinstance(moved, list) else []:
        if isinstance(each, list):
            *place, amount = each
            owner, currency, account = _texts(place)
            found.moved[owner, currency, account] += _number(amount)


def _seen(payment: Payment, at: str) -> Item:
    return {
        "payment_id": payment.payment_id,
        "registration_id": payment.registration_id,
        "status": str(payment.status),
        "goes_back": payment.refund_id is not None,
        "at": at,
    }


def _counts(registration: Registration) -> bool:
    """A use is given back if the hold ends unpaid; once confirmed it stays counted (REG-5)."""
    cancelled = registration.status is RegistrationStatus.CANCELLED
    return registration.is_live or (cancelled and registration.confirmed_at is not None)


def _places(found: Gathered, sk: str) -> frozenset[str]:
    return frozenset(str(each["pk"]) for each in found.lying(sk))


def _after_mark(sk: Plain) -> str:
    return str(sk).partition("#")[2]


def _number(value: Plain) -> int:
    return value if isinstance(value, int) else 0


def _texts(value: Plain | Sequence[Plain]) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _payment(identity: str) -> str:
    return items.named(Payment, identity)


def _training(identity: str) -> str:
    return items.named(Training, identity)


def _code(identity: str) -> str:
    return f"code/{identity}"


def _account(identity: str) -> str:
    return f"account/{identity}"
