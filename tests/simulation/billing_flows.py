"""All stories of an account that buys."""

from __future__ import annotations

from typing import Final

from tests.simulation.charge_flows import CHARGE_FLOWS
from tests.simulation.invoice_flows import INVOICE_FLOWS
from tests.simulation.order_flows import ORDER_FLOWS
from tests.simulation.subscription_flows import SUBSCRIPTION_FLOWS

BILLING_FLOWS: Final = (*ORDER_FLOWS, *SUBSCRIPTION_FLOWS, *CHARGE_FLOWS, *INVOICE_FLOWS)
