"""社区体检 for managers, streets and the district: computed, as text, on paper, and as tables."""
