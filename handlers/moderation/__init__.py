"""Flood and abuse: what exceeds the limits waits and is acknowledged once; abuse is put before a person."""
