"""A simulated Catena: the API and the Connect pages, for demos and tests."""

from sandbox.app import Sandbox
from sandbox.config import SandboxConfig
from sandbox.faults import Fault

__all__ = ["Fault", "Sandbox", "SandboxConfig"]
