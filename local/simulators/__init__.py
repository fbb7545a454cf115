"""Simulators of payment providers: in memory, independent of what they judge."""
