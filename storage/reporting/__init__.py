"""What reports are computed from, which of them were made, and who subscribed to which."""
