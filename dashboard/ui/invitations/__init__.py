"""The parts of the invitations' page."""
