"""Running Guichet on one machine: emulator, front door, clock, provider simulators."""
