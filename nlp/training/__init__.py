"""Training of the weights. Needs scikit-learn; nothing here is imported while the bot runs."""
