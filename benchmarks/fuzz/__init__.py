"""Coverage-guided fuzzing of what comes in from outside (atheris; the optional group `fuzz`)."""
