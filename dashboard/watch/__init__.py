"""How this process is doing, for those who run it: its polls, errors, numbers, and whether it is up and ready."""
