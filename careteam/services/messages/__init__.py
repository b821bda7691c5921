"""Care-team messages: threads tied to a patient, who reads all of them."""
