"""Accounts, sign-in, tokens, practices and their staff."""
