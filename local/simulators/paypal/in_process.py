"""Guichet's `Http` port answered by the simulator in the same process."""

from local.simulators.in_process import SimulatorHttp

__all__ = ["SimulatorHttp"]
