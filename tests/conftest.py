"""What all tests share."""

from hypothesis import settings

# Machines are shared and noisy: no test depends on how long something took.
settings.register_profile("usual", deadline=None, max_examples=30)
settings.register_profile("thorough", deadline=None, max_examples=200)  # of `make test-slow`
settings.load_profile("usual")
