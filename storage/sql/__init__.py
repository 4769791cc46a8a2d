"""The hot path: statements compiled once and handed to the driver itself (docs/adr/0015)."""
