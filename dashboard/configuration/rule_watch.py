"""The rules of who may enter, read again while the dashboard runs: who is taken off the list is out at once."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from dashboard.configuration import access_rules, secrets_file
from dashboard.configuration.access_rules import AccessRule
from dashboard.configuration.checks import SettingsError

log = logging.getLogger(__name__)

Stamp = tuple[str, int, int, int]
"""A file, and what changes about it when it is written or replaced."""


class RuleWatch:
    """Looks whether secrets files give other rules than before. For one thread."""

    def __init__(
        self,
        rules: Sequence[AccessRule],
        places: Iterable[str],
        environ: Mapping[str, str],
        *,
        named: bool,
    ) -> None:
        """`rules`: those in force; `places` and `named` as for `secrets_file.read`; `environ` wins over the files."""
        self._rules = tuple(rules)
        self._places = tuple(places)
        self._environ = environ
        self._named = named
        self._stamps: list[Stamp] | None = None
        self._broken = False

    def changed(self) -> tuple[AccessRule, ...] | None:
        """The rules there are now; None when they are as before, or cannot be read just now.

        Costs a look at each file, and reads them only when one was written, or could not be read last time.
        """
        stamps = list(_stamps(self._places))
        if stamps == self._stamps or not (
            stamps or self._rules
        ):  # nothing is missed where there never was any
            return None
        try:
            if any(not size for _, _, size, _ in stamps):
                raise SettingsError("A secrets file is empty; it may just be written.")  # noqa: TRY301
            secrets = secrets_file.read(self._places, named=self._named)
            if secrets is None:
                raise SettingsError("The secrets files are not there any more; put them back.")  # noqa: TRY301
            rules = access_rules.read(self._environ, secrets)
        except SettingsError as error:
            if not self._broken:
                log.warning("Who may enter stays as it was, because that cannot be read now. %s", error)
            self._broken = True
            return None
        self._stamps, self._broken = stamps, False
        if rules == self._rules:
            return None
        self._rules = rules
        log.warning("Who may enter has changed: %d rules are in force now.", len(rules))
        return rules


def _stamps(places: Iterable[str]) -> Iterator[Stamp]:
    """What tells whether anything in `places` was written since; what is not there is left out."""
    for place in places:
        files = (
            [place] if place.endswith(".toml") else [str(file) for file in sorted(Path(place).glob("*/*"))]
        )
        for file in files:
            try:
                found = Path(file).stat()
            except OSError:
                continue
            yield file, found.st_mtime_ns, found.st_size, found.st_ino
