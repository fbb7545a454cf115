"""What can be made to go wrong at the simulated PayPal, and the countdowns of it."""

from dataclasses import dataclass
from typing import ClassVar

from local.simulators import chaos

__all__ = ["CallFault", "Chaos"]


@dataclass
class CallFault(chaos.CallFault):
    """With `do` = `issue` the call is refused with that issue and status, and nothing is done."""

    KNOWN: ClassVar[frozenset[str]] = chaos.CALL_FAULTS | {"issue"}

    issue: str = "TRANSACTION_REFUSED"
    status: int = 422


@dataclass
class Chaos(chaos.Chaos):
    """All knobs; the default is a provider that never fails."""

    CALL_FAULT: ClassVar[type[CallFault]] = CallFault
