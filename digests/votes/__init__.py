"""A vote's result: counted, in words, as a picture, and as a log that anybody can count again."""
