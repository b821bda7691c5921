"""Medication management: check-ins and their schedules, supplies, and requests for more."""
