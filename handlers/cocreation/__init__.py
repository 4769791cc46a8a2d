"""What residents decide, build and keep together (共同缔造)."""
