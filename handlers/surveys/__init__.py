"""居民需求调研: a manager starts it, residents answer one question a message, the clock ends it."""
