"""What `chulin doctor` looks at: each check is a function that yields findings, one line each, with what to do."""
