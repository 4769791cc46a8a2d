"""Results of a survey: counts with their n, a chart, pages and tables."""
