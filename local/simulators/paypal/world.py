"""The simulator's state: what each merchant has, plus the clock that everything follows."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import sha256

from local.simulators.paypal.chaos import Chaos
from local.simulators.paypal.shapes import Json
from local.simulators.shapes import copied

# An account id has no 0, 1, I and O, so that nobody mistakes them.
_ACCOUNT_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass
class State:
    """Plain JSON values only, so that a snapshot is a copy."""

    sequence: int = 0
    tokens: dict[str, Json] = field(default_factory=dict)
    merchants: dict[str, Json] = field(default_factory=dict)
    referrals: dict[str, Json] = field(default_factory=dict)
    orders: dict[str, Json] = field(default_factory=dict)
    waiting_orders: list[str] = field(default_factory=list)
    captures: dict[str, Json] = field(default_factory=dict)
    refunds: dict[str, Json] = field(default_factory=dict)
    disputes: dict[str, Json] = field(default_factory=dict)
    setup_tokens: dict[str, Json] = field(default_factory=dict)
    payment_tokens: dict[str, Json] = field(default_factory=dict)
    payers: dict[str, str] = field(default_factory=dict)
    invoices: dict[str, str] = field(default_factory=dict)
    postings: list[Json] = field(default_factory=list)
    requests: dict[str, Json] = field(default_factory=dict)
    events: dict[str, Json] = field(default_factory=dict)
    deliveries: list[Json] = field(default_factory=list)
    scheduled: list[Json] = field(default_factory=list)
    certificates: Json = field(default_factory=dict)


@dataclass
class World:
    """What every part of the simulator works on; its lock is held by the caller."""

    clock: Callable[[], datetime]
    base_url: str
    client_id: str
    partner_id: str
    webhook_ids: tuple[str, ...]
    seed: str
    chaos: Chaos = field(default_factory=Chaos)
    state: State = field(default_factory=State)

    def now(self) -> int:
        return int(self.clock().timestamp())

    def next_number(self) -> int:
        self.state.sequence += 1
        return self.state.sequence

    def new_hex(self) -> str:
        """Sixty-four hexadecimal digits; the same seed and history give the same."""
        return sha256(f"{self.seed}/{self.next_number()}".encode()).hexdigest()

    def new_id(self, length: int = 17) -> str:
        """An id that looks like PayPal's of an order, a capture or a refund."""
        return _spelled(self.new_hex(), _LETTERS, length)

    def new_account_id(self) -> str:
        """An id that looks like PayPal's of a merchant or a payer."""
        return _spelled(self.new_hex(), _ACCOUNT_LETTERS, 13)

    def post(self, merchant: str, currency: str, source: str, **columns: int) -> None:
        """Book what a capture or a refund has moved, in minor units; books are summed from these."""
        self.state.postings.append(
            {
                "merchant": merchant,
                "currency": currency,
                "source": source,
                "at": self.now(),
                **columns,
            }
        )

    def snapshot(self) -> Json:
        return {"state": copied(asdict(self.state)), "chaos": self.chaos.snapshot()}

    def restore(self, snapshot: Json) -> None:
        """Continue from a snapshot; calls that were in flight died with their process."""
        self.state = State(**copied(snapshot["state"]))
        requests = self.state.requests
        self.state.requests = {key: kept for key, kept in requests.items() if kept["done"]}
        self.chaos = Chaos.restored(snapshot["chaos"])


def _spelled(digits: str, letters: str, length: int) -> str:
    number, spelled = int(digits, 16), ""
    while len(spelled) < length:
        number, index = divmod(number, len(letters))
        spelled += letters[index]
    return spelled
