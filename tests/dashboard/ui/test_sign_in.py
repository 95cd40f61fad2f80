"""The sign-in page: one button for each provider that secrets.toml describes."""

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.configuration.settings import Settings
from dashboard.ui import sign_in


def page(names):
    import streamlit as st  # noqa: PLC0415 - the body is a script of its own

    from dashboard.configuration.settings import Settings  # noqa: PLC0415
    from dashboard.configuration.sign_in import Provider  # noqa: PLC0415
    from dashboard.ui import sign_in  # noqa: PLC0415

    sign_in.require_viewer(
        Settings(sign_in=tuple(Provider(name, "https://login.example.com") for name in names))
    )
    st.write("the map")


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        (("default",), {"Sign in": "default"}),
        (("google",), {"Sign in": "google"}),
        (("google", "my-*okta*"), {"Sign in: google": "google", r"Sign in: my\-\*okta\*": "my-*okta*"}),
    ],
)
def test_each_provider_has_a_button_that_leads_to_it(monkeypatch, names, labels):
    asked = []
    monkeypatch.setattr(sign_in.st, "login", asked.append)
    monkeypatch.setattr(sign_in.st, "user", type("Nobody", (), {"is_logged_in": False}))
    app = AppTest.from_function(page, args=(names,)).run()
    assert not app.exception
    assert [button.label for button in app.button] == list(labels)
    assert "the map" not in [text.value for text in app.markdown]
    for number in range(len(app.button)):
        app.button[number].click().run()
    assert asked == list(labels.values())


def test_without_sign_in_everybody_who_gets_here_is_the_operator():
    app = AppTest.from_function(page, args=((),)).run()
    assert [text.value for text in app.markdown] == ["the map"]
    assert not Settings().sign_in
