"""Properties are about results, never about time; building frames is slow, so fewer examples do."""

from hypothesis import settings

settings.register_profile("map", deadline=None, max_examples=60)
settings.load_profile("map")
