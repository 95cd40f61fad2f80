"""What every answer says to browsers: what the page may load and do, and who may show it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence

from dashboard.door.packed import STATIC
from dashboard.door.paths import ONBOARDING, SHARES

YEAR_SECONDS = 365 * 86400
NAMES = frozenset(
    {
        b"content-security-policy",
        b"x-content-type-options",
        b"referrer-policy",
        b"x-frame-options",
        b"strict-transport-security",
    }
)
"""Headers that the door alone decides on."""


def hashes(page: str) -> list[str]:
    """What a policy has to say to let the scripts run that are written into a page."""
    inline = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digests = [hashlib.sha256(script.encode()).digest() for script in inline]
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


class AnswerHeaders:
    """The headers of all answers; equal for everybody but for a few words."""

    def __init__(self, page: str, map_origins: Sequence[str], embed_origins: Sequence[str]) -> None:
        """`page`: Streamlit's page. `map_origins`: of hosted maps. `embed_origins`: who may show us in a frame."""
        self._scripts = " ".join(["'self'", "'wasm-unsafe-eval'", *hashes(page)])
        self._maps = "".join(f" {origin}" for origin in map_origins)
        self._frames = " ".join(embed_origins) or "'none'"
        self._alone = not embed_origins

        self._made: dict[tuple[str, bool, bool], list[tuple[bytes, bytes]]] = {}

    def of(self, path: str, *, secure: bool, logos: bool) -> list[tuple[bytes, bytes]]:
        """The headers of an answer at a path below the base path.

        `secure`: it goes out by https. `logos`: it is for somebody to whom pictures of providers are shown, which are
        wherever the provider has put them.
        """
        forms = next((place for place in (SHARES, ONBOARDING, STATIC) if path.startswith(place)), "")
        key = forms, secure, logos
        if key not in self._made:
            self._made[key] = self._make(forms, secure=secure, logos=logos)
        return self._made[key]

    def _make(self, forms: str, *, secure: bool, logos: bool) -> list[tuple[bytes, bytes]]:
        # A script or a style sheet is no page, and a first visit takes 140 of them.
        policy = f"default-src 'none'; frame-ancestors {self._frames}"
        if forms != STATIC:
            policy = self._policy(forms, logos=logos)
        found = [
            ("content-security-policy", policy),
            ("x-content-type-options", "nosniff"),
            # From a page that tells nobody where it is, browsers send forms without an Origin. Its path is a secret.
            ("referrer-policy", "strict-origin" if forms in (SHARES, ONBOARDING) else "no-referrer"),
        ]
        if self._alone:
            found.append(("x-frame-options", "DENY"))
        if secure:
            found.append(("strict-transport-security", f"max-age={YEAR_SECONDS}"))
        return [(name.encode(), value.encode()) for name, value in found]

    def _policy(self, forms: str, *, logos: bool) -> str:
        return "; ".join(
            (
                "default-src 'none'",
                f"script-src {self._scripts}",
                "style-src 'self' 'unsafe-inline'",
                f"img-src 'self' data: blob:{' https:' if logos else ''}{self._maps}",
                "font-src 'self' data:",
                f"connect-src 'self'{self._maps}",
                "worker-src 'self' blob:",
                "manifest-src 'self'",
                "media-src 'self'",
                # The simulated Catena sends a fleet on to where its inviter wants it to be.
                "form-action *" if forms == ONBOARDING else "form-action 'self'",
                "base-uri 'none'",
                "object-src 'none'",
                f"frame-ancestors {self._frames}",
            )
        )
