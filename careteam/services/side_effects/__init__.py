"""Side effects as the patient reports them: what to do now, who reads them, and what a prescriber answers."""
