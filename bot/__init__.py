"""The running program: settings, command line, channels, intake, work, delivery, ticks and wiring."""
