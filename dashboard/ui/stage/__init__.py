"""The parts of the stage: a page for a projector, on which a fleet is seen to join."""
