"""What can be made to go wrong at any simulated provider, and the countdowns of it."""

from dataclasses import asdict, dataclass, field, fields
from fnmatch import fnmatchcase
from typing import ClassVar, Self

from local.simulators.shapes import Json, copied

CALL_FAULTS = frozenset(
    (
        "lost_before",  # the connection breaks before the request is carried out
        "lost_after",  # it is carried out, its answer is lost
        "down",  # 503
        "rate_limited",  # 429 with Retry-After
        "in_use",  # 409: the same key is under way
        "server_error",  # 500
        "slow",  # waits `seconds` with the key in flight, then acts
    )
)


@dataclass
class CallFault:
    """A fault of the next `times` calls whose `METHOD /path` matches the pattern."""

    KNOWN: ClassVar[frozenset[str]] = CALL_FAULTS

    do: str
    match: str = "*"
    times: int = 1
    seconds: float = 1.0

    def __post_init__(self) -> None:
        if self.do not in self.KNOWN:
            raise ValueError(f"unknown fault {self.do!r}: one of {sorted(self.KNOWN)}")


@dataclass
class WebhookFaults:
    """Faults of deliveries made from now on; -1 means without end."""

    types: list[str] = field(default_factory=lambda: ["*"])
    drop: int = 0
    duplicate: int = 0
    delay_seconds: int = 0
    reorder: bool = False

    def concern(self, event_type: str) -> bool:
        return any(fnmatchcase(event_type, pattern) for pattern in self.types)


@dataclass
class CaptureFault:
    """The next `times` payments are captured with another amount or currency."""

    amount_minor: int | None = None
    currency: str | None = None
    times: int = 1


@dataclass
class RefundFaults:
    """Of the next refunds, how many stay pending, or succeed and fail later.

    `after_seconds` settles the pending, or fails the others, by the clock; without it a
    test or the panel does. `own_fee_minor` is what the provider gives back of its own fee with each.
    """

    pending: int = 0
    fail_later: int = 0
    after_seconds: int | None = None
    reason: str = "expired_or_canceled_card"
    own_fee_minor: int = 0


@dataclass
class Chaos:
    """The knobs that every provider has; the default is a provider that never fails."""

    CALL_FAULT: ClassVar[type[CallFault]] = CallFault
    WEBHOOK_FAULTS: ClassVar[type[WebhookFaults]] = WebhookFaults
    REFUND_FAULTS: ClassVar[type[RefundFaults]] = RefundFaults

    api: list[CallFault] = field(default_factory=list)
    webhooks: WebhookFaults = field(default_factory=WebhookFaults)
    capture: CaptureFault | None = None
    refunds: RefundFaults = field(default_factory=RefundFaults)
    down: bool = False

    def __post_init__(self) -> None:
        self.api = [self.CALL_FAULT(**_values(fault)) for fault in self.api]
        self.webhooks = self.WEBHOOK_FAULTS(**_values(self.webhooks))
        self.refunds = self.REFUND_FAULTS(**_values(self.refunds))
        if self.capture is not None:
            self.capture = CaptureFault(**_values(self.capture))

    def configure(self, knobs: Json) -> None:
        """Set the named knobs and leave the others.

        Raises:
            ValueError: an unknown knob or fault; nothing is changed.
        """
        unknown = set(knobs) - {each.name for each in fields(self)}
        if unknown:
            raise ValueError(f"unknown knobs {sorted(unknown)}")
        try:
            built = self.restored({**self.snapshot(), **knobs})
        except TypeError as error:
            raise ValueError(str(error)) from error
        self.__dict__.update(built.__dict__)

    def fault_of_call(self, method: str, path: str) -> CallFault | None:
        """The first fault that this call meets, counted down."""
        for fault in self.api:
            if fault.times != 0 and fnmatchcase(f"{method} {path}", fault.match):
                if fault.times > 0:
                    fault.times -= 1
                return fault
        return None

    def take_capture(self) -> CaptureFault | None:
        if self.capture is None or self.capture.times == 0:
            return None
        self.capture.times -= 1
        return self.capture

    def take_refund(self) -> str | None:
        """`pending`, `fail_later` or none for the next refund."""
        for knob in ("pending", "fail_later"):
            left: int = getattr(self.refunds, knob)
            if left != 0:
                setattr(self.refunds, knob, left - 1 if left > 0 else left)
                return knob
        return None

    def take_drop(self, event_type: str) -> bool:
        if self.webhooks.drop == 0 or not self.webhooks.concern(event_type):
            return False
        if self.webhooks.drop > 0:
            self.webhooks.drop -= 1
        return True

    def snapshot(self) -> Json:
        return copied(asdict(self))

    @classmethod
    def restored(cls, knobs: Json) -> Self:
        """From a snapshot, or from what a person wrote; what is left out or null is the default."""
        return cls(**{name: value for name, value in copied(knobs).items() if value is not None})


def _values(knob: object) -> Json:
    """A part of the knobs, be it JSON or built."""
    return dict(knob) if isinstance(knob, dict) else dict(vars(knob))
