"""Looks for secrets in the files and for known holes in the packages: `python -m scripts.safety [--accept]`.

A text that looks like a secret and is none (tests are full of them) is listed in `scripts/not_secret.json`, by file and
hash; `--accept` writes that list anew. Whether a package has a known hole is asked of PyPI's advisories: where they
cannot be reached, that is said, and it is no failure.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from detect_secrets import SecretsCollection
from detect_secrets.settings import default_settings

ROOT = Path(__file__).parents[1]
KNOWN = Path(__file__).with_name("not_secret.json")
PASSED_OVER = (".tiles.gz", ".woff2", ".png", ".svg", "requirements.txt", "requirements-dev.txt", KNOWN.name)
AUDIT = ("-m", "pip_audit", "-r", "requirements.txt", "--no-deps", "--disable-pip", "--format", "json")


def main() -> int:
    """Exit code: 0 when nothing was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--accept", action="store_true", help="what is found now is no secret")
    if parser.parse_args().accept:
        found = {name: sorted(hashes) for name, hashes in suspicious().items()}
        KNOWN.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
        return 0
    known = json.loads(KNOWN.read_text())
    new = {name: lines for name, lines in suspicious(known).items() if lines}
    for name, lines in sorted(new.items()):
        print(
            f"{name}: looks like a secret, line {', '.join(map(str, sorted(lines.values())))}",
            file=sys.stderr,
        )
    return 1 if new or holes() else 0


def suspicious(known: dict[str, list[str]] | None = None) -> dict[str, dict[str, int]]:
    """What looks like a secret and is not known to be none: file to the hash of the text to its line."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    names = [name for name in listed.splitlines() if not name.endswith(PASSED_OVER)]
    found: dict[str, dict[str, int]] = {}
    secrets = SecretsCollection(root=str(ROOT))
    with default_settings():
        secrets.scan_files(*(str(ROOT / name) for name in names))
    for path, secret in secrets:
        name = str(Path(path).relative_to(ROOT)) if Path(path).is_absolute() else path
        if secret.secret_hash not in (known or {}).get(name, ()):
            found.setdefault(name, {})[secret.secret_hash] = secret.line_number
    return found


def holes() -> bool:
    """Whether a package that the dashboard runs on has a known hole; says which."""
    asked = subprocess.run([sys.executable, *AUDIT], cwd=ROOT, check=False, capture_output=True, text=True)
    try:
        packages = json.loads(asked.stdout)["dependencies"]
    except (ValueError, KeyError):
        packages = []
    answered = [package for package in packages if "vulns" in package]
    if len(answered) < len(packages) or not packages:
        print(f"Known holes: asked of {len(answered)} packages; for the others no advisories can be reached.")
    bad = [package for package in answered if package["vulns"]]
    for package in bad:
        numbers = ", ".join(hole["id"] for hole in package["vulns"])
        print(f"{package['name']} {package['version']} has known holes: {numbers}", file=sys.stderr)
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
