"""Labels of items: added, removed, and confirmed for what was imported."""
