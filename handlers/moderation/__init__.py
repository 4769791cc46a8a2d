"""Flood and abuse: what is too much waits and is said once; what is wrong is put before a person, never dropped."""
