"""Accounts, members, roles and registrants' tokens: who may do what."""
