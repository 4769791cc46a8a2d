"""The demo: the whole program over the web chat, on a sample district, with a clock that can be moved."""
