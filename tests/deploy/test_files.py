"""What stands in `deploy/` fits the project: its files, its settings, its ports, and one file to another."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from dashboard.configuration.settings import load, names
from tests.browser.rig import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
REPLICAS = {name: found for name, found in COMPOSE["services"].items() if name.startswith("catena-")}
UNIT = DEPLOY / "catena-live-map@.service"


def instructions() -> list[tuple[str, str]]:
    """Those of the Dockerfile, with what follows each, as one line."""
    text = re.sub(r"\\\n\s*", "", (DEPLOY / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in lines]


def copied() -> list[tuple[list[str], str]]:
    """What is taken from the project into the image, and where to."""
    found = [shlex.split(rest) for word, rest in instructions() if word == "COPY" and "--from" not in rest]
    return [(sources, target) for *sources, target in found]


def last(word: str) -> str:
    return [rest for found, rest in instructions() if found == word][-1]


def environment() -> dict[str, str]:
    """What the image sets."""
    return dict(pair.split("=", 1) for pair in shlex.split(last("ENV")))


def test_everything_that_is_copied_is_there_and_not_ignored():
    allowed = [
        line[1:]
        for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
        if line.startswith("!")
    ]
    sources = [source for sources, _ in copied() for source in sources]
    assert sorted(sources) == sorted(allowed)
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_no_secret_can_get_into_the_image():
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    assert ignored[0] == "*"
    assert not [source for sources, _ in copied() for source in sources if fnmatch(source, "*secret*")]
    assert not [rest for word, rest in instructions() if word in ("ARG", "ADD")]


def test_the_image_runs_as_nobody_special_with_a_health_check():
    assert last("USER") == "catena"
    check = json.loads(last("HEALTHCHECK").partition("CMD ")[2])
    assert check[0] == "python"
    assert (DEPLOY / check[1]).exists()
    command = json.loads(last("CMD"))
    assert command[0] == "streamlit"
    assert command[-1] in {source for sources, _ in copied() for source in sources}
    assert environment()["STREAMLIT_SERVER_PORT"] == last("EXPOSE")
    assert last("VOLUME") == environment()["CATENA_DATA_FOLDER"]


def test_the_image_has_the_python_of_the_project_and_pinned_packages():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    bases = {rest.partition(" ")[0] for word, rest in instructions() if word == "FROM"}
    assert bases == {f"python:{project['tool']['mypy']['python_version']}-slim"}
    pins = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if not line.startswith("#")]
    assert [line for line in pins if "==" not in line] == []


def test_there_are_three_replicas_in_one_form_that_can_write_nowhere_else():
    assert len(REPLICAS) == 3
    forms = {json.dumps({**found, "volumes": None}, sort_keys=True) for found in REPLICAS.values()}
    assert len(forms) == 1
    (form, *_) = REPLICAS.values()
    assert form["read_only"]
    assert form["cap_drop"] == ["ALL"]
    uid = re.search(
        r"--uid (\d+)", last("RUN") if "useradd" in last("RUN") else (DEPLOY / "Dockerfile").read_text()
    )
    assert form["user"] == f"{uid[1]}:{uid[1]}"
    assert (DEPLOY / form["build"]["context"]).resolve() == ROOT
    assert (ROOT / form["build"]["dockerfile"]).is_file()
    for name, replica in REPLICAS.items():
        writable = [volume for volume in replica["volumes"] if not volume.endswith(":ro")]
        assert writable == [f"{name}:{environment()['CATENA_DATA_FOLDER']}"], (
            "two would write into one record"
        )
        assert name in COMPOSE["volumes"]


def test_redis_keeps_links_over_a_restart_and_evicts_nothing():
    command = COMPOSE["services"]["redis"]["command"]
    assert command[command.index("--appendonly") + 1] == "yes"
    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"
    assert COMPOSE["services"]["redis"]["volumes"] == ["redis:/data"]
    assert "redis" in COMPOSE["volumes"]


def test_all_settings_of_the_replicas_are_settings_and_valid():
    (form, *_) = REPLICAS.values()
    ours = {name: value for name, value in form["environment"].items() if name.startswith("CATENA_")}
    assert set(ours) <= set(names())
    assert ours["CATENA_REDIS_KEY"].startswith("${CATENA_REDIS_KEY:?"), "from .env, or compose does not start"
    given = {"CATENA_REDIS_KEY": "of .env, and long enough for a key"}
    credentials = {"CATENA_CLIENT_ID": "id", "CATENA_CLIENT_SECRET": "of secrets.toml"}
    settings = load(ours | given | credentials, {})
    redis = urlsplit(settings.redis_url.reveal())
    assert redis.hostname in COMPOSE["services"]
    assert set(COMPOSE["services"][redis.hostname]["networks"]) <= set(form["networks"])
    subnet = COMPOSE["networks"]["front"]["ipam"]["config"][0]["subnet"]
    assert [str(network) for network in settings.trusted_proxies] == [subnet]


def test_redis_is_reached_by_the_replicas_alone():
    assert "ports" not in COMPOSE["services"]["redis"]
    assert COMPOSE["services"]["redis"]["networks"] == ["back"]
    assert COMPOSE["networks"]["back"]["internal"]
    assert "back" not in COMPOSE["services"]["proxy"]["networks"]
    assert not [name for name, found in REPLICAS.items() if "ports" in found]


def test_nginx_asks_the_replicas_of_compose_below_their_base_path():
    text = (DEPLOY / "nginx.conf").read_text()
    (form, *_) = REPLICAS.values()
    port, base = environment()["STREAMLIT_SERVER_PORT"], form["environment"]["STREAMLIT_SERVER_BASE_URL_PATH"]
    assert re.findall(r"server ([\w-]+:\d+)", text) == [f"{name}:{port}" for name in REPLICAS]
    assert f"location /{base}/ {{" in text
    assert f"--server.baseUrlPath {base}" in UNIT.read_text()
    mounted = [volume.split(":") for volume in COMPOSE["services"]["proxy"]["volumes"]]
    assert ["./nginx.conf", "/etc/nginx/conf.d/default.conf", "ro"] in mounted
    assert set(re.findall(r"ssl_certificate\S*\s+(\S+)/", text)) == {"/etc/nginx/tls"}
    limit = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())["server"]["maxUploadSize"]
    assert f"client_max_body_size  {limit}m" in text


def test_the_cookie_of_nginx_outlives_signing_out():
    from dashboard.door.decisions import OURS  # noqa: PLC0415 - only here

    (name,) = set(re.findall(r'"(\w+)=\$request_id;', (DEPLOY / "nginx.conf").read_text()))
    assert not name.startswith(OURS)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_takes_the_unit_and_finds_little_exposed(tmp_path: Path):
    text = UNIT.read_text().replace("/opt/catena-live-map/.venv/bin/streamlit", "/bin/true")
    unit = tmp_path / "catena-live-map@8501.service"
    unit.write_text(text.replace("WorkingDirectory=/opt/catena-live-map", "WorkingDirectory=/"))
    for command in (["verify"], ["security", "--offline=true", "--threshold=20"]):
        checked = subprocess.run(
            ["systemd-analyze", *command, str(unit)], capture_output=True, text=True, check=False
        )
        said = [line for line in checked.stderr.splitlines() if "catena" in line]
        assert (checked.returncode, said) == (0, []), checked.stdout[-800:] + checked.stderr[-800:]


def test_all_settings_of_the_unit_are_settings_and_valid():
    given = dict(pair.split("=", 1) for line in re.findall(r"^Environment=(.+)$", UNIT.read_text(), re.MULTILINE)
                 for pair in shlex.split(line))  # fmt: skip
    ours = {name: value for name, value in given.items() if name.startswith("CATENA_")}
    assert set(ours) <= set(names())
    load(ours, {})
