"""What keeps a patient from getting a medication, and the way that a prescriber names."""
