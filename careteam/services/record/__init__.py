"""The shared record: its opening, notes, medications and labels."""
