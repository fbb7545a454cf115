"""The simulator's state: objects and whose they are, plus the clock that everything follows."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import sha256

from local.simulators.shapes import copied
from local.simulators.stripe.chaos import Chaos
from local.simulators.stripe.errors import no_such
from local.simulators.stripe.shapes import Json


@dataclass
class State:
    """Plain JSON values only, so that a snapshot is a copy."""

    sequence: int = 0
    objects: dict[str, Json] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, list[str]] = field(default_factory=dict)
    private: dict[str, Json] = field(default_factory=dict)
    accounts: dict[str, Json] = field(default_factory=dict)
    deauthorized: list[str] = field(default_factory=list)
    account_links: dict[str, Json] = field(default_factory=dict)
    open_sessions: list[str] = field(default_factory=list)
    idempotency: dict[str, Json] = field(default_factory=dict)
    deliveries: list[Json] = field(default_factory=list)
    scheduled: list[Json] = field(default_factory=list)


@dataclass
class World:
    """What every part of the simulator works on; its lock is held by the caller."""

    clock: Callable[[], datetime]
    page_base_url: str
    livemode: bool
    seed: str
    chaos: Chaos = field(default_factory=Chaos)
    state: State = field(default_factory=State)
    request: Json = field(default_factory=lambda: {"id": None, "idempotency_key": None})

    def now(self) -> int:
        return int(self.clock().timestamp())

    def new_id(self, prefix: str) -> str:
        """An id that looks like Stripe's; the same seed and history give the same ids."""
        self.state.sequence += 1
        digest = sha256(f"{self.seed}/{self.state.sequence}".encode()).hexdigest()
        return f"{prefix}_{digest[:24]}"

    def put(self, obj: Json, account: str) -> Json:
        """Keep a new object of an account and return it."""
        object_id = str(obj["id"])
        self.state.objects[object_id] = obj
        self.state.owners[object_id] = account
        self.state.kinds.setdefault(str(obj["object"]), []).append(object_id)
        return obj

    def get(self, kind: str, object_id: str, account: str, param: str = "id") -> Json:
        """The object, if it is of that kind and that account's.

        Raises:
            StripeError: 404, for other accounts too.
        """
        obj = self.state.objects.get(object_id)
        if obj is None or obj["object"] != kind or self.state.owners[object_id] != account:
            raise no_such(kind.replace(".", " ").replace("_", ""), object_id, param)
        return obj

    def of_kind(self, kind: str) -> list[Json]:
        """All objects of a kind, oldest first."""
        return [self.state.objects[object_id] for object_id in self.state.kinds.get(kind, [])]

    def owner(self, object_id: str) -> str:
        return self.state.owners[object_id]

    def move_money(
        self,
        account: str,
        kind: str,
        amount: int,
        source: Json,
        fees: list[Json] | None = None,
        *,
        category: str | None = None,
    ) -> str:
        """Book a balance transaction and return its id; amounts are signed, as at Stripe."""
        fee = sum(int(each["amount"]) for each in fees or [])
        categories = {"application_fee": "platform_earning", "application_fee_refund": "fee"}
        transaction = {
            "id": self.new_id("txn"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": self.now(),
            "balance_type": "payments",
            "created": self.now(),
            "currency": source["currency"],
            "description": None,
            "exchange_rate": None,
            "fee": fee,
            "fee_details": fees or [],
            "net": amount - fee,
            "reporting_category": category or categories.get(kind, kind),
            "source": source["id"],
            "status": "available",
            "type": kind,
        }
        return str(self.put(transaction, account)["id"])

    def is_connected(self, account: str) -> bool:
        return account in self.state.accounts and account not in self.state.deauthorized

    def snapshot(self) -> Json:
        return {"state": copied(asdict(self.state)), "chaos": self.chaos.snapshot()}

    def restore(self, snapshot: Json) -> None:
        """Continue from a snapshot; calls that were in flight died with their process."""
        self.state = State(**copied(snapshot["state"]))
        keys = self.state.idempotency
        self.state.idempotency = {key: kept for key, kept in keys.items() if kept["status"]}
        self.chaos = Chaos.restored(snapshot["chaos"])
