"""The running program: settings, command line, channels, intake, work, delivery, the clock and the wiring."""
