"""The European register of VAT numbers, VIES, simulated: its REST service, states that are out, knobs."""

from local.simulators.vies.simulator import ViesSimulator

__all__ = ["ViesSimulator"]
