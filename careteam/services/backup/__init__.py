"""Backups of the whole database in one encrypted file, and their restoring, in which no act that says no is lost."""
