"""Emergency access ("break the glass", 42 CFR 2.51): opened, ended, recorded, and reviewed by a privacy officer."""
