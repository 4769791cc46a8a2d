"""How staff handle a case: its card, its steps, its clock, and reminders."""
