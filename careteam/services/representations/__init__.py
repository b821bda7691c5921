"""Acting for a patient: added (`adding`), accepted (`accepting`), changed and ended (`ending`), read (`reading`)."""
