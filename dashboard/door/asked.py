"""One request, HTTP or WebSocket, as the door looks at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from starlette.requests import HTTPConnection
from starlette.types import Scope

from dashboard.access.session import Session
from dashboard.door.connections import HEADER
from dashboard.door.paths import Kind, kind_of

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""


@dataclass(eq=False)
class Asked:
    """What is asked for, by whom."""

    scope: Scope
    """Without what only the door may say in it."""
    prefix: str
    session: Session | None = None
    address: str = ""
    secure: bool = False
    """Whether the browser has come by https."""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, scope: Scope, prefix: str) -> Asked:
        """Read a request at a dashboard below a base path, such as `/maps` or ""."""
        given = [(name, value) for name, value in scope["headers"] if name.lower() != HEADER.encode()]
        headers: dict[str, str] = {}
        for name, value in given:
            key, text = name.decode("latin-1").lower(), value.decode("latin-1")
            headers[key] = f"{headers[key]},{text}" if key in headers else text
        return cls({**scope, "headers": given}, prefix, headers=headers)

    @cached_property
    def path(self) -> str:
        """The path from below the base path on."""
        path: str = self.scope["path"]
        return (path.removeprefix(self.prefix) or "/") if self.prefix else path

    @cached_property
    def kind(self) -> Kind:
        """What the path is."""
        return kind_of(self.path)

    @property
    def method(self) -> str:
        """The method, GET for a WebSocket."""
        return str(self.scope.get("method", "GET"))

    @property
    def is_page(self) -> bool:
        """Whether somebody wants to see a page."""
        return self.kind == "page" and self.method in ("GET", "HEAD")

    @cached_property
    def cookies(self) -> Mapping[str, str]:
        """What the browser holds, by name, read as Streamlit reads it."""
        return HTTPConnection(self.scope).cookies

    @property
    def query(self) -> Mapping[str, str]:
        """The parameters of the address."""
        return HTTPConnection(self.scope).query_params

    @property
    def client(self) -> tuple[str, int] | None:
        """The other end of the connection, as the server says it."""
        client: tuple[str, int] | None = self.scope.get("client")
        return client
