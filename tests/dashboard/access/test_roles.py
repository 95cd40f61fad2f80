"""Roles: whom the rules name, and as what; what is not said by the right provider in the right form names nobody."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.access.grants import Grant
from dashboard.access.roles import Roles
from dashboard.access.session import Refused
from dashboard.configuration.access_rules import AccessRule
from dashboard.configuration.sign_in import Provider

PROVIDERS = (Provider("default", "https://login.example.com"), Provider("okta", "https://okta.example.com/a"))
RULES = (
    AccessRule(frozenset({"eve@example.com"}), "viewer", frozenset({"A"})),
    AccessRule(frozenset({"group:Fleet Admins", "ann@example.com"}), "operator"),
    AccessRule(frozenset({"@example.com", "group:Night"}), "viewer"),
)
ROLES = Roles(RULES, PROVIDERS)
ANN = {
    "provider": "default",
    "iss": "https://login.example.com",
    "email": "ann@example.com",
    "email_verified": True,
}


def of(**claims):
    """What the rules make of Ann's claims, some of them changed; None removes one."""
    return ROLES.grant({name: value for name, value in (ANN | claims).items() if value is not None})


@pytest.mark.parametrize(
    ("claims", "role", "fleet_refs"),
    [
        ({}, "operator", None),
        ({"email": "ANN@Example.COM"}, "operator", None),
        ({"email_verified": "true"}, "operator", None),
        ({"iss": "https://login.example.com/"}, "operator", None),
        ({"provider": "okta", "iss": "https://okta.example.com/a"}, "operator", None),
        ({"email": "bob@example.com"}, "viewer", None),
        ({"email": "eve@example.com"}, "viewer", {"A"}),
        ({"email": "eve@example.com", "groups": ["Fleet Admins"]}, "viewer", {"A"}),
        ({"email": "bob@example.com", "groups": ["Fleet Admins"]}, "operator", None),
        ({"email": "bob@elsewhere.example", "groups": ["x", "Fleet Admins"]}, "operator", None),
        ({"email": "bob@elsewhere.example", "groups": "Night"}, "viewer", None),
        ({"email": "bob@elsewhere.example", "groups": [7, None, ["Night"], "Night"]}, "viewer", None),
    ],
)
def test_the_first_rule_that_names_somebody_counts(claims, role, fleet_refs):
    granted = of(**claims)
    assert isinstance(granted, Grant)
    assert (granted.role, granted.fleet_refs) == (role, fleet_refs)
    assert granted.name == str((ANN | claims)["email"]).lower()
    assert (granted.may_export, granted.may_see_trails, granted.visibility.fleets) == (True, True, None)


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"email": "bob@elsewhere.example"}, "not_listed"),
        ({"email": "ann@example.com.evil.example"}, "not_listed"),
        ({"email": "ann@sub.example.com"}, "not_listed"),
        ({"email": "ann@notexample.com"}, "not_listed"),
        ({"email": "ann@example.com@evil.example"}, "not_listed"),
        ({"email": "ann@evil.example@example.com"}, "not_listed"),
        ({"email": "@example.com"}, "not_listed"),
        ({"email": "ann@"}, "not_listed"),
        ({"email": "ann"}, "not_listed"),
        ({"email": " ann@example.com"}, "not_listed"),
        ({"email": "ann@example.com\n"}, "not_listed"),
        ({"email": "ann@evil.example, ann@example.com"}, "not_listed"),
        ({"email": "ann@evil.example,ann@example.com"}, "not_listed"),
        ({"email": "Ann <ann@example.com>"}, "not_listed"),
        ({"email": "ann\u200b@example.com"}, "not_listed"),
        ({"email": "ann@exa\u0000mple.com"}, "not_listed"),
        ({"email": "a" * 250 + "@example.com"}, "not_listed"),
        ({"email": "ann@example.\u0441om"}, "not_listed"),
        ({"email": "ann@\uff45xample.com"}, "not_listed"),
        ({"email": "group:Night"}, "not_listed"),
        ({"email": ["ann@example.com"]}, "not_listed"),
        ({"email": {"ann@example.com": 1}}, "not_listed"),
        ({"email": ""}, "not_listed"),
        ({"email": None}, "not_listed"),
        ({"email": "bob@elsewhere.example", "groups": "Fleet Admins, Night"}, "not_listed"),
        ({"email": "bob@elsewhere.example", "groups": ["night"]}, "not_listed"),
        ({"email": "bob@elsewhere.example", "groups": {"Night": True}}, "not_listed"),
        ({"email": "bob@elsewhere.example", "groups": ["group:Night"]}, "not_listed"),
        ({"email": "bob@elsewhere.example", "roles": ["Night"]}, "not_listed"),
        ({"email_verified": False}, "not_verified"),
        ({"email_verified": "false"}, "not_verified"),
        ({"email_verified": "True"}, "not_verified"),
        ({"email_verified": 1}, "not_verified"),
        ({"email_verified": [True]}, "not_verified"),
        ({"email_verified": None}, "not_verified"),
        ({"iss": "https://login.example.com.evil.example"}, "wrong_issuer"),
        ({"iss": "http://login.example.com"}, "wrong_issuer"),
        ({"iss": "https://okta.example.com/a"}, "wrong_issuer"),
        ({"iss": "https://okta.example.com/b", "provider": "okta"}, "wrong_issuer"),
        ({"iss": ["https://login.example.com"]}, "wrong_issuer"),
        ({"iss": None}, "wrong_issuer"),
        ({"provider": "google"}, "wrong_issuer"),
        ({"provider": ["default"]}, "wrong_issuer"),
        ({"provider": None}, "wrong_issuer"),
    ],
)
def test_all_else_is_refused_with_its_reason(claims, reason):
    refused = of(**claims)
    assert isinstance(refused, Refused)
    assert refused.reason == reason


def test_whom_to_ask_about_is_said_where_there_is_an_address():
    assert of(email="Bob@Elsewhere.example") == Refused("not_listed", "bob@elsewhere.example")
    assert of(email_verified=False) == Refused("not_verified", "ann@example.com")
    assert of(iss="x") == Refused("wrong_issuer", "ann@example.com")
    assert of(email="a@b@c") == Refused("not_listed")


@pytest.mark.parametrize(
    ("verified", "let_in"),
    [(True, True), ("true", True), (None, True), (False, False), ("", False), (0, False)],
)
def test_assumed_is_what_is_missing_and_not_what_is_denied(verified, let_in):
    roles = Roles(RULES, PROVIDERS, email_verified="assumed")
    assert isinstance(roles.grant(ANN | {"email_verified": verified}), Grant) is let_in
    missing = {name: value for name, value in ANN.items() if name != "email_verified"}
    assert isinstance(roles.grant(missing), Grant)


def test_groups_come_from_the_claim_that_is_set():
    roles = Roles(RULES, PROVIDERS, groups_claim="https://example.com/roles")
    claims = ANN | {"email": "bob@elsewhere.example"}
    assert isinstance(roles.grant(claims | {"https://example.com/roles": ["Night"]}), Grant)
    assert isinstance(roles.grant(claims | {"groups": ["Night"]}), Refused)


def test_other_rules_count_at_once():
    roles = Roles(RULES, PROVIDERS)
    roles.replace([AccessRule(frozenset({"bob@example.com"}), "operator")])
    assert roles.grant(ANN) == Refused("not_listed", "ann@example.com")
    assert isinstance(roles.grant(ANN | {"email": "bob@example.com"}), Grant)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*ANN, "groups"]), ANYTHING))
def test_no_claims_raise_and_what_is_made_up_names_nobody(claims):
    assert isinstance(ROLES.grant(claims), Refused)
    assert isinstance(ROLES.grant({**claims, "iss": ANN["iss"], "provider": "default"}), Refused)


@given(st.dictionaries(st.sampled_from(["groups", "name", "aud", "sub"]), ANYTHING))
def test_what_else_a_token_says_takes_nothing_away(claims):
    assert isinstance(ROLES.grant(claims | ANN), Grant)


@given(st.text(max_size=30))
def test_only_the_address_itself_is_the_address(text):
    """Whatever looks like it, by case folding or either normal form, is another one unless A to Z differ by case."""
    roles = Roles([AccessRule(frozenset({"kate@example.com"}), "operator")], PROVIDERS)
    granted = roles.grant(ANN | {"email": text})
    assert isinstance(granted, Grant) == (text.isascii() and text.lower() == "kate@example.com")


LOOK_ALIKES = [
    character
    for character in map(chr, range(0x80, 0x30000))
    if any(
        form in "kateexampl.com@" and len(form) == 1
        for form in (
            character.casefold(),
            *(unicodedata.normalize(kind, character).lower() for kind in ("NFC", "NFKC", "NFKD")),
        )
    )
]


def test_letters_that_unicode_takes_for_others_make_another_address():
    roles = Roles([AccessRule(frozenset({"kate@example.com", "@example.com"}), "operator")], PROVIDERS)
    assert "\u212a" in LOOK_ALIKES  # the Kelvin sign
    for character in LOOK_ALIKES:
        plain = unicodedata.normalize("NFKC", character).lower()
        for place, own in enumerate("kate@example.com"):
            if own == plain:
                claimed = "kate@example.com"[:place] + character + "kate@example.com"[place + 1 :]
                found = roles.grant(ANN | {"email": claimed})
                assert isinstance(found, Refused) or found.name != "kate@example.com"
                assert place < 5 or isinstance(found, Refused), "of another domain"
