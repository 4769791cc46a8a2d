"""社区体检 as managers, streets and the district get it: computed, put into words, set on paper, written as tables."""
