"""Invitations, memberships, the caseload, and who takes over a record."""
