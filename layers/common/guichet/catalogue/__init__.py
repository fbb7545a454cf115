"""What the operator sells: products, plans, add-ons, metered items, prices (SUB-1)."""
