"""`chulin replay`: a file of messages sent through the whole program, and an account of what became of each."""
