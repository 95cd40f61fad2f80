"""Measures everything (QUICK=1: a part), prints it, and fails when a target is missed.

The raw numbers go to docs/performance/bench.json, the picture beside it, the tables into docs/performance.md; of a
quick run they go to build/ instead. `python -m benchmarks STEP …` measures some steps anew and keeps the others;
`python -m benchmarks tables` measures nothing and writes tables and picture of what there is.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import picture, report
from benchmarks.plan import FULL, QUICK
from benchmarks.results import Results
from benchmarks.steps import STEPS, say
from tests.browser import rig

DOCUMENT = rig.ROOT / "docs" / "performance.md"


def main() -> int:
    """Exit code: 0 when all was measured and all targets are met."""
    quick = bool(os.environ.get("QUICK"))
    plan = QUICK if quick else FULL
    target = rig.ROOT / "build" if quick else rig.ROOT / "docs" / "performance"
    target.mkdir(parents=True, exist_ok=True)
    raw = target / "bench.json"
    wanted = [name for name in sys.argv[1:] or STEPS if name != "tables"]
    results: dict[str, Any] = json.loads(raw.read_text()) if sys.argv[1:] and raw.exists() else {}
    for name in wanted:
        began, rows = time.monotonic(), results.setdefault(name, {"rows": []})
        rows.clear()
        rows.update(
            rows=[], taken_at=datetime.now(UTC).isoformat(timespec="minutes"), load=os.getloadavg()[0]
        )
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            try:
                for row in STEPS[name](plan, Path(folder)):
                    rows["rows"].append(row)
            except Exception as error:  # noqa: BLE001 - a step that fails costs the others nothing
                say(f"{name} failed: {error}")
                rows["failed"] = str(error)[-500:]
        rows["seconds"] = round(time.monotonic() - began)
        results["machine"] = {"python": platform.python_version(), "cores": os.cpu_count()}
        raw.write_text(json.dumps(results, indent=1) + "\n")
    found = Results(results, _soaked(target / "soak.json"))
    text = report.markdown(found, "performance/bench.svg")
    print(text)
    (target / "bench.svg").write_text(picture.draw(found))
    if not quick:
        report.write(DOCUMENT, text)
    missed = [check for check in found.checks() if not check.met]
    for check in missed:
        print(f"Missed: {check.what}: {check.found}, wanted {check.wanted}.", file=sys.stderr)
    failed = [name for name, rows in results.items() if "failed" in rows]
    for name in failed:
        print(f"Not measured: {name}: {results[name]['failed']}", file=sys.stderr)
    return 1 if missed or failed else 0


def _soaked(path: Path) -> dict[str, Any] | None:
    """The last soak that was recorded (`python -m benchmarks.soak 30 --json …`), with its day."""
    if not path.exists():
        return None
    taken = datetime.fromtimestamp(path.stat().st_mtime, UTC).date().isoformat()
    return {"taken": taken, **json.loads(path.read_text())}


if __name__ == "__main__":
    sys.exit(main())
