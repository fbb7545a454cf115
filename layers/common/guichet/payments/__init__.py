"""Payments: attempts at providers, fees, returns of money, linked accounts."""
