"""居民需求调研: a manager starts a survey, residents answer one question a message, the clock ends it."""
