"""Makes the logs tamper-evident: chains of sealed links, heads outside the database, and the journal of every no."""
