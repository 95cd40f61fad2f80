"""Every rule of an invitation, and the mapping of the API's own objections."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catena_client import Problem, ValidationFailed
from dashboard.invitations.permissions import BUNDLES, RESOURCES, bundle_of
from dashboard.invitations.rules import FIELDS, Draft, check, problems_from_api


def problem_of(field: str, **values: object) -> str:
    """Return the problem a draft has with one field, and make sure that it is one sentence and the only one."""
    problems = check(Draft(**{"fleet_ref": "F1", **values})).problems  # type: ignore[arg-type]
    assert set(problems) <= {field}
    return problems.get(field, "")


def test_only_the_reference_is_needed_and_what_is_sent_is_explicit() -> None:
    sent = msgspec.to_builtins(check(Draft(fleet_ref="  POLICY-4711 ")).create)
    assert sent == {
        "fleet_ref": "POLICY-4711",
        "permissions": {"vehicle": "read", "vehicle_location": "read"},
        "expires_in_hours": 24,
    }


def test_everything_is_sent_as_typed_but_trimmed() -> None:
    draft = Draft(
        fleet_ref="F1",
        fleet_name=" Müller Transporte 24 ",
        fleet_email="dispatch@example.com",
        fleet_phone="+1 (312) 555-0142",
        fleet_regulatory_id="1234567",
        fleet_regulatory_id_type="DOT",
        fleet_website="http://example.com",
        fleet_country_code="usa",
        success_redirect_url="https://example.com/ok?x=1",
        failure_redirect_url="https://example.com/no",
        callback_url="https://example.com/hook",
        limit_tsps=("samsara", " geotab ", "samsara", ""),
        permissions="drivers",
        expires_in_hours=" 672 ",
    )
    create = check(draft).create
    assert create is not None
    assert create.fleet_name == "Müller Transporte 24"
    assert create.fleet_country_code == "USA"
    assert create.limit_tsps == ["samsara", "geotab"]
    assert create.permissions == {"vehicle": "read", "vehicle_location": "read", "user": "read"}
    assert create.expires_in_hours == 672


@pytest.mark.parametrize(
    "ref", ["FLEET-1", "🚚 Nord", "<script>alert(1)</script>", "東京 42", "a" * 200, "'; DROP"]
)
def test_references_that_are_accepted_as_text(ref: str) -> None:
    create = check(Draft(fleet_ref=ref)).create
    assert create is not None
    assert create.fleet_ref == ref


@pytest.mark.parametrize(
    ("ref", "says"),
    [
        ("", "Write a fleet reference"),
        ("   ", "Write a fleet reference"),
        ("a" * 201, "200 characters"),
        ("a" * 500, "it has 500"),
        ("a\tb", "control characters"),
        ("a\nb", "control characters"),
        ("a\x00b", "control characters"),
        ("a\u2028b", "control characters"),
        ("a\ud800b", "control characters"),
        ("abc\u202edcba", "direction"),
    ],
)
def test_references_that_are_refused_with_a_sentence(ref: str, says: str) -> None:
    assert says in problem_of("fleet_ref", fleet_ref=ref)


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("fleet_name", ["", "Acme 2", "Ñandú"], ["Acme & Co", "Acme-2", "🚚", "a\tb", "a" * 201]),
        (
            "fleet_email",
            ["", "a@b.co", "x.y+z@mail.example.com"],
            ["a", "a@b", "a b@c.de", "a@b.c,d@e.f", "@b.co"],
        ),
        ("fleet_phone", ["", "+13125550142", "312 555 0142"], ["call me", "123", "+1" * 12, "١٢٣٤٥٦٧٨"]),
        (
            "fleet_website",
            ["", "https://a.b", "http://a.b/c?d"],
            ["a.b", "ftp://a.b", "https://", "https://a b.c"],
        ),
        ("fleet_country_code", ["", "USA", "can"], ["US", "USAX", "12A", "ÜSA"]),
        (
            "success_redirect_url",
            ["", "https://example.com"],
            ["javascript:alert(1)", "https://x/" + "y" * 2083, "https://a:b", "https://[::1"],
        ),
        ("callback_url", ["", "https://example.com/h"], ["http://example.com/h", "example.com"]),
        (
            "expires_in_hours",
            ["1", "24", "672", "24.0"],
            ["0", "673", "1.5", "-1", "", "a day", "1e2", "٢٤", "9" * 30],
        ),
        ("permissions", list(BUNDLES), ["vehicles", ""]),
        ("limit_tsps", [(), ("samsara",)], [("a\nb",)]),
    ],
)
def test_each_field_has_its_rule(field: str, good: list[object], bad: list[object]) -> None:
    for value in good:
        assert problem_of(field, **{field: value}) == "", value
    for value in bad:
        sentence = problem_of(field, **{field: value})
        assert sentence.endswith("."), value


def test_a_callback_with_http_is_told_why() -> None:
    assert "https://" in problem_of("callback_url", callback_url="http://example.com/h")


def test_a_regulatory_number_and_its_kind_need_each_other() -> None:
    assert "DOT or MC" in problem_of("fleet_regulatory_id_type", fleet_regulatory_id="123")
    assert "missing" in problem_of("fleet_regulatory_id", fleet_regulatory_id_type="DOT")
    assert (
        check(Draft(fleet_ref="F", fleet_regulatory_id="1", fleet_regulatory_id_type="MC")).create is not None
    )


def test_several_problems_come_in_the_order_of_the_form() -> None:
    problems = check(Draft(expires_in_hours="0", fleet_email="x", fleet_ref="")).problems
    assert list(problems) == ["fleet_ref", "fleet_email", "expires_in_hours"]


@given(st.text(max_size=300))
def test_any_text_gives_either_an_invitation_or_sentences(text: str) -> None:
    for field in FIELDS:
        value: object = (text,) if field == "limit_tsps" else text
        checked = check(Draft(**{"fleet_ref": "F", field: value}))  # type: ignore[arg-type]
        assert (checked.create is None) == bool(checked.problems)
        if checked.create is not None:
            msgspec.json.encode(checked.create)


def test_the_apis_objections_go_to_their_fields() -> None:
    error = ValidationFailed(422)
    error.problems = (
        Problem("body.fleet_email", "x", "value is not a valid email address", "value_error"),
        Problem("body -> partner_provided_fleet_phone", "x", "bad phone.", "value_error"),
        Problem("limit_tsps.0", "x", "unknown", "value_error"),
        Problem("body", "x", "something else", "value_error"),
    )
    assert problems_from_api(error) == {
        "fleet_email": "Catena refused this: value is not a valid email address.",
        "fleet_phone": "Catena refused this: bad phone.",
        "limit_tsps": "Catena refused this: unknown.",
        "": "Catena refused this: something else.",
    }
    assert "" in problems_from_api(ValidationFailed(422))


def test_bundles_use_keys_of_the_contract_and_are_recognised() -> None:
    for bundle in BUNDLES.values():
        assert set(bundle.resources) <= set(RESOURCES)
        assert bundle_of(bundle.permissions) is bundle
        assert set(bundle.permissions.values()) == {"read"}
    assert bundle_of({"vehicle": "read"}) is None
