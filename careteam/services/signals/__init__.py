"""Signals: what one viewer should see to, of one patient or of a page of the caseload, in the same statements."""
