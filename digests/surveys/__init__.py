"""What a survey found: counts with their n, a chart, pages and tables."""
