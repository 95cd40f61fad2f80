"""Fault switches: read strictly, and doing what they say."""

import msgspec
import pytest

from sandbox import Fault
from sandbox.__main__ import parse
from sandbox.config import NAMED_FAULTS, STATUS_FAULTS
from tests.sandbox.conftest import Rig

FLEETS = "/v2/orgs/fleets"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("429:0.05", Fault("429", 0.05)),
        (" latency:250 ", Fault("latency", 250)),
        ("truncated:1", Fault("truncated", 1)),
        ("future-clock:0", Fault("future-clock", 0)),
    ],
)
def test_good_switches(text: str, fault: Fault) -> None:
    assert Fault.parse(text) == fault


BAD_SWITCHES = (
    *("", "429", "429:", "429:x", "429:2", "429:-0.1", "418:0.1", "cake:0.1", "latency:-1", "latency:60001"),
    *("html:nan", "429:inf", "\uff14\uff12\uff19:0.1", ":0.1", "429:0.1:2"),
)


@pytest.mark.parametrize("text", BAD_SWITCHES)
def test_bad_switches_get_one_sentence(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match=r"\.$") as caught:
        Fault.parse(text)
    assert "\n" not in str(caught.value)
    with pytest.raises(SystemExit):
        parse(["--fault", text])
    assert str(caught.value) in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--vehicles", "-1"], "0 or more"),
        (["--vehicles", "5", "--fleets", "0"], "at least 1 fleet"),
        (["--port", "0"], "1 to 65535"),
        (["--seed", "-3"], "seed"),
        (["--token-seconds", "0"], "at least 1 second"),
        (["--vehicles", "many"], "invalid int"),
    ],
)
def test_bad_command_lines(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(arguments)
    error = capsys.readouterr().err
    assert words in error
    assert "Traceback" not in error


def test_a_command_line() -> None:
    arguments = "--vehicles 100000 --fleets 300 --seed 7 --port 9000 --fault 429:0.05 --fault latency:10"
    config, host, port = parse(arguments.split())
    assert (config.vehicles, config.fleets, config.seed, host, port) == (100_000, 300, 7, "127.0.0.1", 9000)
    assert config.faults == (Fault("429", 0.05), Fault("latency", 10))


def test_the_named_faults_are_all_parsed() -> None:
    for kind in (*NAMED_FAULTS, *map(str, STATUS_FAULTS)):
        assert Fault.parse(f"{kind}:1").kind == kind


def test_a_rate_is_a_rate(rig: Rig) -> None:
    rig.sandbox.faults = [Fault("429", 0.3)]
    statuses = [rig.api("GET", FLEETS).status_code for _ in range(300)]
    assert set(statuses) == {200, 429}
    assert 50 < statuses.count(429) < 130


def test_off_means_off(rig: Rig) -> None:
    rig.sandbox.faults = [Fault(kind, 0.0) for kind in (*NAMED_FAULTS, "500")]
    for _ in range(20):
        assert rig.api.get(FLEETS)["total"] == 6


@pytest.mark.parametrize("status", [502, 503])
def test_gateway_errors_are_html(rig: Rig, status: int) -> None:
    rig.sandbox.faults = [Fault(str(status), 1.0)]
    response = rig.api("GET", FLEETS)
    assert response.status_code == status
    assert response.headers["content-type"] == "text/html"


def test_html_comes_with_status_200(rig: Rig) -> None:
    rig.sandbox.faults = [Fault("html", 1.0)]
    response = rig.api("GET", FLEETS)
    assert response.status_code == 200
    assert response.text.startswith("<!doctype html>")


def test_truncated_bodies_are_no_json(rig: Rig) -> None:
    whole = rig.api("GET", FLEETS).content
    rig.sandbox.faults = [Fault("truncated", 1.0)]
    response = rig.api("GET", FLEETS)
    assert response.status_code == 200
    assert len(response.content) == len(whole) // 2 == int(response.headers["content-length"])
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(response.content)


def test_a_token_is_revoked_early(rig: Rig) -> None:
    rig.sandbox.faults = [Fault("token-revoked", 1.0)]
    assert rig.api("GET", FLEETS).status_code == 401
    rig.sandbox.faults = []
    assert rig.api("GET", FLEETS).status_code == 401, "it stays revoked"
    rig.api.sign_in(rig.sandbox)
    assert rig.api("GET", FLEETS).status_code == 200


def test_tokens_are_given_out_whatever_else_fails(rig: Rig) -> None:
    rig.sandbox.faults = [Fault("500", 1.0), Fault("html", 1.0)]
    rig.api.sign_in(rig.sandbox)
    assert rig.api("GET", FLEETS).status_code == 500


def test_latency_delays_the_answer(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("sandbox.api.faults.asyncio.sleep", sleep)
    rig.sandbox.faults = [Fault("latency", 250)]
    assert rig.api.get(FLEETS)["total"] == 6
    assert waited == [0.25]
