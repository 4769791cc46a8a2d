"""What is kept of a person: told, copied, given up, erased."""
