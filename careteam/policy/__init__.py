"""The rules: standard library only; no Flask, no SQL, no clock. Callers pass facts and the time."""
