"""Consents, from request to their end: `drafting`, `signing`, `revoking`, `reading`, and the `terms` shown."""
