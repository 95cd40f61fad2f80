"""The samples that other tests read are what the sandbox answers now."""

from scripts.samples import FOLDER, samples


def test_the_samples_are_as_the_sandbox_makes_them_now() -> None:
    made = samples()
    kept = {path.name: path.read_bytes() for path in FOLDER.iterdir()}
    assert kept.keys() == made.keys(), "run `python -m scripts.samples`"
    changed = [name for name in made if made[name] != kept[name]]
    assert changed == [], "run `python -m scripts.samples` and look at what has changed"


def test_they_stay_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 300_000
