"""The plan of both sides, what every party says to it, plan reviews, intake and prior trials."""
