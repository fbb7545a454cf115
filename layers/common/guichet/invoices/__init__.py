"""Invoices and credit notes: what they say, how they are numbered, when they are made (INV)."""
