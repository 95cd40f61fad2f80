"""The small Catena of the invitations' tests, for the stage."""

from tests.dashboard.invitations.conftest import catena, client  # noqa: F401 - fixtures
