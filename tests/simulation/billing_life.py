"""A life in which an account buys, pays and changes subscriptions, while months pass."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from guichet.adapters.catalogue.packaged import packaged_catalogues
from guichet.bootstrap import Container
from guichet.bootstrap_billing import BillingParts
from tests.simulation.kills import Calls
from tests.simulation.life import Life
from tests.support.taxing import LastingTaxes
from tests.support.world import START

_CATALOGUES: Final = packaged_catalogues()  # read once for all processes


@dataclass
class BillingLife(Life):
    """Renewals come without end, so that a story says on which day it is over."""

    watched_write: str = "/CART#"

    def parts(self, calls: Calls) -> Container:
        return self.with_catalogues(super().parts(calls))

    @staticmethod
    def with_catalogues(made: Container) -> Container:
        """Billing's parts with the catalogue that was read already."""
        taxes = LastingTaxes(made, _CATALOGUES)
        made.billing = BillingParts(made, given_catalogues=_CATALOGUES, given_taxes=taxes)
        return made

    def run_to(self, day: int) -> None:
        """Until so many days after the beginning, whatever happened on the way."""
        self._run_until(START + timedelta(days=day))

    def sleep(self, **parts: float) -> None:
        """Nothing of ours runs for a while; what comes then finds everything late."""
        self.world.clock.advance(**parts)
        self.upkeep()
        self.background()
