"""Taxes on what the operator sells: which, at what rate, on which sum, and why (TAX-1 to TAX-6)."""
