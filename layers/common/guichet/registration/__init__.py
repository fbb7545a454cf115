"""Trainings, discount codes, registrations: what is sold, for how much, and to whom."""
