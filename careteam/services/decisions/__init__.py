"""Why somebody reads or does not read something, now and at an earlier instant, and whether the log agrees."""
