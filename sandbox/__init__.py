"""A simulated Catena: the API and the Connect pages, for demos and tests."""

from sandbox.app import Sandbox
from sandbox.config import Fault, SandboxConfig

__all__ = ["Fault", "Sandbox", "SandboxConfig"]
