"""Referrals: one clinician asks for another's part in the treatment, and the patient decides."""
