"""A case in the hands of the staff: its card, its steps, its clock, who is nudged about it."""
