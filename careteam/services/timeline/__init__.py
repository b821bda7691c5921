"""The timeline: dose steps, check-ins, side effects, scores and plan changes of one patient on one axis of days."""
