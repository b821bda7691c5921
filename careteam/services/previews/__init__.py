"""What an act of the patient would open and close, item by item, before it is done."""
