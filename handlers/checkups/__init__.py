"""体检: looking at a community's check-up and filling it in, in chat."""
