"""A vote's result: counted, told in words, drawn, and written down so that anybody can count it again."""
