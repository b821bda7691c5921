"""The access log: written with every answer, told to the patient in plain words."""
