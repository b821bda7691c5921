"""Cases: "I question this access". The patient opens one; a privacy officer answers it, by a clock, with an outcome."""
