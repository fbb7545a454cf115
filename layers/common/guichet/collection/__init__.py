"""Collecting what is due: stored payment methods, autopay, and when a declined one may be tried again."""
