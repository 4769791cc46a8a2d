"""The rules of the ledger (问题台账): pure, no I/O, readable by somebody from the district office."""
