"""Directed items: the patient sends one item to named members, which is their permit for that item alone."""
