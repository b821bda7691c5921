"""The two-sided medication list: entries, change events, reviews, pairs and reconciliations."""
