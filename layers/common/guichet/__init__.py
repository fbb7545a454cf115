"""Guichet: paid registrations and subscription billing."""
