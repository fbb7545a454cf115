"""Who has what, from when to when, and what it costs (SUB)."""
