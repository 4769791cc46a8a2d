"""体检: viewing and filling in a community's check-up in chat."""
