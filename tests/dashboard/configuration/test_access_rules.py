"""Rules: read in their order, from where they may stand; a wrong one is a sentence that says which and what to do."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.configuration.access_rules import AccessRule, is_address, read
from dashboard.configuration.checks import SettingsError

ANN = {"who": ["Ann@Example.com"], "role": "operator"}
NIGHT = {"who": [" group:Night Shift ", "@Night.example"], "role": "viewer", "fleet_refs": ["A", " b "]}
RULES = (
    AccessRule(frozenset({"ann@example.com"}), "operator"),
    AccessRule(frozenset({"group:Night Shift", "@night.example"}), "viewer", frozenset({"A", "b"})),
)


def in_file(**values):
    return read({}, {"catena": values})


def test_nothing_set_is_no_rule():
    assert read({}, {}) == ()
    assert in_file(CATENA_ACCESS=[], CATENA_OPERATORS=" , ", CATENA_VIEWERS="") == ()


@pytest.mark.parametrize(
    ("environ", "section"),
    [
        ({}, {"CATENA_ACCESS": [ANN, NIGHT]}),
        ({"CATENA_ACCESS": json.dumps([ANN, NIGHT])}, {}),
        ({"CATENA_ACCESS": json.dumps([ANN, NIGHT])}, {"CATENA_ACCESS": [{"who": 7}]}),
        ({"CATENA_ACCESS": "  "}, {"CATENA_ACCESS": [ANN, NIGHT]}),
        ({}, {"CATENA_ACCESS": json.dumps([ANN, NIGHT])}),
    ],
    ids=[
        "file",
        "environment",
        "the environment wins",
        "a blank one does not",
        "a file of its own, as mounted",
    ],
)
def test_rules_are_tables_in_the_file_and_json_in_the_environment(environ, section):
    assert read(environ, {"catena": section}) == RULES


def test_rules_come_first_then_operators_then_viewers():
    found = in_file(
        CATENA_VIEWERS="@example.com, group:Night Shift",
        CATENA_OPERATORS="ANN@example.com,@fleet.example, group:Admins",
        CATENA_ACCESS=[NIGHT],
    )
    assert found == (
        RULES[1],
        AccessRule(frozenset({"ann@example.com", "@fleet.example", "group:Admins"}), "operator"),
        AccessRule(frozenset({"@example.com", "group:Night Shift"}), "viewer"),
    )


NOT_WHO = [
    "", " ", "somebody", "@", "@localhost", "ann@", "ann@localhost", "a@b@c.example", "Ann <ann@example.com>",
    "group:", "group: ", "Group:Night", "*", "ann@example.com; bob@example.com", "a" * 250 + "@example.com",
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        *(({"who": [who], "role": "viewer"}, "who must be a list") for who in [*NOT_WHO, 7, None, ["x"]]),
        ({"who": "ann@example.com", "role": "viewer"}, "who must be a list"),
        ({"who": [], "role": "viewer"}, "who must be a list"),
        ({"role": "viewer"}, "who must be a list"),
        (ANN | {"role": "admin"}, "role must be operator or viewer"),
        (ANN | {"role": ["operator"]}, "role must be operator or viewer"),
        ({"who": ["ann@example.com"]}, "role must be operator or viewer"),
        (ANN | {"fleet_refs": []}, "fleet_refs must be a list"),
        (ANN | {"fleet_refs": "A"}, "fleet_refs must be a list"),
        (ANN | {"fleet_refs": ["A", ""]}, "fleet_refs must be a list"),
        (ANN | {"fleet_refs": [4711]}, "fleet_refs must be a list"),
        (ANN | {"fleet_refs": None}, "fleet_refs must be a list"),
        (ANN | {"fleet_ref": ["A"]}, "it may only have the keys who, role, fleet_refs"),
        ("ann@example.com", "it must have the keys who and role"),
    ],
)
def test_a_wrong_rule_is_one_sentence_with_its_number(rule, says):
    for given_as in ({"CATENA_ACCESS": [NIGHT, rule]}, {"CATENA_ACCESS": json.dumps([NIGHT, rule])}):
        with pytest.raises(SettingsError) as caught:
            in_file(**given_as)
        text = str(caught.value)
        assert text.startswith(f"CATENA_ACCESS, rule 2: {says}")
        assert text.endswith(".")
        assert "\n" not in text


@pytest.mark.parametrize(
    "wrong", ["[", "{}", "7", "ann@example.com", '"ann@example.com"', "[" * 100_000, 7, {"a": 1}, True]
)
def test_what_is_no_list_of_rules_says_how_to_write_one(wrong):
    with pytest.raises(SettingsError, match=r"^CATENA_ACCESS must be a list of rules") as caught:
        in_file(CATENA_ACCESS=wrong)
    assert "[[catena.CATENA_ACCESS]]" in str(caught.value)
    assert "ann@" not in str(caught.value)


@pytest.mark.parametrize("name", ["CATENA_OPERATORS", "CATENA_VIEWERS"])
@pytest.mark.parametrize("entry", [entry for entry in NOT_WHO if entry.strip()])
def test_a_wrong_entry_of_a_short_list_names_the_setting(name, entry):
    with pytest.raises(SettingsError, match=f"^{name} must list e-mail addresses, @domains or group:Name"):
        read({name: f"ann@example.com, {entry}"}, {})


def test_a_short_list_may_be_long():
    many = [f"driver{number}@example.com" for number in range(5000)]
    (rule,) = read({"CATENA_VIEWERS": ",".join(many)}, {})
    assert rule.who == set(many)


@given(st.text())
def test_an_address_is_one_word_with_one_at_sign(text):
    if is_address(text):
        assert text.count("@") == 1
        assert not any(character.isspace() or character in ",;:<>" for character in text)
        assert text.isprintable()
        assert all(text.split("@"))
