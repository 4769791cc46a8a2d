"""Ways in and out. Only the one file of a channel imports that channel's library."""
