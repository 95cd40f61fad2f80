"""Fault switches: read strictly, and doing what they say."""

import msgspec
import pytest

from sandbox import Fault
from sandbox.__main__ import parse
from sandbox.faults import ANSWER_FAULTS, KINDS, LISTS, TOKEN
from tests.sandbox.conftest import TOKEN_PATH, Rig
from tests.sandbox.contract import PATHS

FLEETS = PATHS["fleets"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("429:0.05", Fault("429", 0.05)),
        (" latency:250 ", Fault("latency", 250)),
        ("truncated:1", Fault("truncated", 1)),
        ("future-clock:0", Fault("future-clock", 0)),
        ("500", Fault("500", 1)),
        ("403@users", Fault("403", 1, "users")),
        ("500@fleets:0.5", Fault("500", 0.5, "fleets")),
        ("fleet-403@vehicle-locations", Fault("fleet-403", 1, "vehicle-locations")),
        ("row-name@vehicles:0.01", Fault("row-name", 0.01, "vehicles")),
        ("retry-after:-5", Fault("retry-after", -5)),
        ("retry-after@users:1e30", Fault("retry-after", 1e30, "users")),
        ("hang@token", Fault("hang", 1, TOKEN)),
        ("token-hang", Fault("hang", 1, TOKEN)),
        ("token-500:0.5", Fault("500", 0.5, TOKEN)),
        ("token-revoked", Fault("token-revoked", 1)),
    ],
)
def test_good_switches(text: str, fault: Fault) -> None:
    assert Fault.parse(text) == fault


BAD_SWITCHES = (
    *("", "429:", "429:x", "429:2", "429:-0.1", "418:0.1", "cake:0.1", "latency:-1", "latency:60001"),
    *("html:nan", "429:inf", "\uff14\uff12\uff19:0.1", ":0.1", "429:0.1:2"),
    *(
        "latency",
        "retry-after",
        "retry-after:nan",
        "retry-after:inf",
        "403@",
        "403@cake",
        "@users",
        "403@users@fleets",
    ),
    *("row-speed@users", "row-year@vehicle-locations", "older-fix@vehicles", "fleet-418", "token-hang@users"),
    *("token-cake", "repeat-cursor@token", "fleet-403@token", "token-token-hang", "row-speed:2"),
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


def test_every_fault_is_read_with_each_of_its_lists() -> None:
    for kind in KINDS:
        fault = Fault.parse(f"{kind}:1")
        assert fault == Fault(kind)
        for name in fault.lists():
            assert Fault.parse(f"{kind}@{name}:1") == Fault(kind, at=name)


def test_the_help_names_every_kind_and_list(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["--help"])
    words = set(capsys.readouterr().out.replace(",", " ").replace(";", " ").split())
    assert {*KINDS, *LISTS, TOKEN} <= words


def test_a_rate_is_a_rate(small: Rig) -> None:
    small.sandbox.faults = [Fault("429", 0.3)]
    statuses = [small.api("GET", FLEETS).status_code for _ in range(300)]
    assert set(statuses) == {200, 429}
    assert 50 < statuses.count(429) < 130


def test_off_means_off(small: Rig) -> None:
    small.sandbox.faults = [Fault(kind, 0.0) for kind in KINDS]
    for _ in range(20):
        assert small.api.get(FLEETS)["total"] == 6


@pytest.mark.parametrize("name", LISTS)
def test_a_fault_of_one_list_leaves_the_others_alone(small: Rig, name: str) -> None:
    small.sandbox.faults = [Fault("403", at=name)]
    refused = {one for one, path in PATHS.items() if small.api("GET", path).status_code == 403}
    assert refused == {name}
    assert small.api.sign_in(small.sandbox)


FLEET_LISTS = ("vehicles", "vehicle-locations", "trailers", "trailer-locations", "users", "connections")


@pytest.mark.parametrize("status", ["403", "404", "422", "500"])
def test_one_fleet_is_refused_and_the_whole_list_is_not(small: Rig, status: str) -> None:
    first, second = small.api.get(FLEETS)["items"][:2]
    total = small.api.get(PATHS["vehicles"])["total"]
    small.sandbox.faults = [Fault(f"fleet-{status}")]
    for path in (PATHS[name] for name in FLEET_LISTS):
        asked = [
            {"fleet_ids": first["id"]},
            {"fleet_ids": [second["id"], first["id"].upper()]},
            {"fleet_refs": first["fleet_ref"]},
        ]
        assert {small.api("GET", path, params=one).status_code for one in asked} == {int(status)}
        assert small.api("GET", path, params={"fleet_ids": second["id"]}).status_code == 200
    assert small.api.get(PATHS["vehicles"])["total"] == total
    small.sandbox.faults = [Fault(f"fleet-{status}", at="users")]
    assert small.api.get(PATHS["vehicles"], fleet_ids=first["id"])["total"] > 0


@pytest.mark.parametrize(
    ("faults", "sent"),
    [
        ([], "2"),
        (["retry-after:3600"], "3600"),
        (["retry-after:0"], "0"),
        (["retry-after:-5"], "-5"),
        (["retry-after:1e30"], "1e30"),
        (["retry-after:0.25"], "0.25"),
        (["retry-after@users:9"], "2"),
        (["no-retry-after"], None),
    ],
)
def test_what_a_429_says_of_the_time(small: Rig, faults: list[str], sent: str | None) -> None:
    small.sandbox.faults = [Fault("429"), *map(Fault.parse, faults)]
    detail = small.api("GET", FLEETS).text.partition('"detail":')[2]
    assert detail.startswith('{"message":"Too many requests; slow down"')
    assert ("retry_after_seconds" in detail) == (sent is not None)
    assert sent is None or detail.endswith(f'"retry_after_seconds":{sent}}}}}')


@pytest.mark.parametrize(
    ("kind", "status", "content_type"),
    [("500", 500, "application/json"), ("401", 401, "application/json"), ("html", 200, "text/html")],
)
def test_the_auth_host_fails_when_it_is_named(small: Rig, kind: str, status: int, content_type: str) -> None:
    assert kind in ANSWER_FAULTS
    small.sandbox.faults = [Fault(kind, at=TOKEN)]
    assert small.api.get(FLEETS)["total"] == 6, "tokens given out before are good"
    answer = small.nobody("POST", TOKEN_PATH, data={})
    assert answer.status_code == status
    assert answer.headers["content-type"] == content_type
    assert status == 200 or set(answer.json()) == {"error", "error_description"}


@pytest.mark.parametrize("status", [502, 503])
def test_gateway_errors_are_html(small: Rig, status: int) -> None:
    small.sandbox.faults = [Fault(str(status), 1.0)]
    response = small.api("GET", FLEETS)
    assert response.status_code == status
    assert response.headers["content-type"] == "text/html"


def test_html_comes_with_status_200(small: Rig) -> None:
    small.sandbox.faults = [Fault("html", 1.0)]
    response = small.api("GET", FLEETS)
    assert response.status_code == 200
    assert response.text.startswith("<!doctype html>")


def test_truncated_bodies_are_no_json(small: Rig) -> None:
    whole = small.api("GET", FLEETS).content
    small.sandbox.faults = [Fault("truncated", 1.0)]
    response = small.api("GET", FLEETS)
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


def test_tokens_are_given_out_whatever_else_fails(small: Rig) -> None:
    small.sandbox.faults = [Fault("500", 1.0), Fault("html", 1.0)]
    small.api.sign_in(small.sandbox)
    assert small.api("GET", FLEETS).status_code == 500


def test_latency_delays_the_answer(small: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("sandbox.api.faults.asyncio.sleep", sleep)
    small.sandbox.faults = [Fault("latency", 250)]
    assert small.api.get(FLEETS)["total"] == 6
    assert waited == [0.25]
