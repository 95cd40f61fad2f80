"""What the package offers is complete, and stands alone."""

import inspect
import itertools
import subprocess
import sys
from pathlib import Path

import msgspec

import catena_client
import catena_client.errors as errors
import catena_client.models as models
from catena_client.models.base import Model, SourceRow

ROOT = Path(__file__).resolve().parents[2]


def test_all_is_complete_and_sorted() -> None:
    offered = {
        name
        for name, value in vars(catena_client).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    }
    assert set(catena_client.__all__) == offered
    assert len(catena_client.__all__) == len(set(catena_client.__all__))


def test_every_error_and_model_is_offered() -> None:
    own_errors = {
        name
        for name, value in vars(errors).items()
        if inspect.isclass(value) and value.__module__ == errors.__name__
    }
    assert own_errors <= set(catena_client.__all__)
    assert set(models.__all__) <= set(catena_client.__all__)
    made = {
        value
        for module in list(sys.modules.values())
        if getattr(module, "__name__", "").startswith("catena_client.models")
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, msgspec.Struct)
    }
    assert {kind.__name__ for kind in made - {Model, SourceRow, msgspec.Struct}} <= set(models.__all__)


def test_the_tree_of_errors_is_as_drawn() -> None:
    drawn = errors.__doc__ or ""
    lines = [line for line in drawn.splitlines() if "── " in line or line.startswith("CatenaError")]
    parents: list[str] = []
    seen = set()
    for line in lines:
        depth = 0 if "── " not in line else (line.index("── ") - 1) // 4 + 1
        name = line.split("── ")[-1].split()[0]
        kind = getattr(errors, name)
        assert kind.__bases__[0].__name__ == (
            [*parents[:depth], "Exception"][depth - 1] if depth else "Exception"
        )
        parents = [*parents[:depth], name]
        seen.add(name)
    classes = {
        name
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, Exception)
    }
    assert classes == seen


def test_every_field_says_what_it_is() -> None:
    undocumented = []
    for path in sorted((ROOT / "catena_client" / "models").glob("*.py")):
        lines = path.read_text().splitlines()
        for line, following in itertools.pairwise(lines):
            is_field = (
                line.startswith("    ")
                and ": " in line
                and line[4].islower()
                and line[4:].split(":")[0].isidentifier()
            )
            if is_field and not line.rstrip().endswith(":") and not following.strip().startswith('"""'):
                undocumented.append(f"{path.name}: {line.strip()}")
    assert undocumented == []


def test_it_needs_neither_streamlit_nor_pandas() -> None:
    code = (
        "import sys, catena_client; print({'streamlit', 'pandas', 'starlette', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
