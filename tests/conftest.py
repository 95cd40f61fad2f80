"""What all tests share."""

from hypothesis import settings

# Machines are shared and noisy: no test depends on how long something took.
settings.register_profile("no-deadline", deadline=None)
settings.load_profile("no-deadline")
