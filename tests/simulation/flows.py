"""All stories that the enumerations interrupt."""

from __future__ import annotations

from typing import Final

from tests.simulation.both_flows import BOTH_FLOWS
from tests.simulation.cancelled_flows import CANCELLED_FLOWS
from tests.simulation.card_flows import CARD_FLOWS
from tests.simulation.desk_flows import DESK_FLOWS
from tests.simulation.money_back_flows import MONEY_BACK_FLOWS
from tests.simulation.paypal_flows import PAYPAL_FLOWS
from tests.simulation.reconciled_flows import RECONCILED_FLOWS

FLOWS: Final = (
    *CARD_FLOWS,
    *PAYPAL_FLOWS,
    *BOTH_FLOWS,
    *DESK_FLOWS,
    *CANCELLED_FLOWS,
    *MONEY_BACK_FLOWS,
    *RECONCILED_FLOWS,
)
