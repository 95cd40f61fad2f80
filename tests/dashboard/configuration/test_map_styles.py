"""The maps that an operator offers."""

import pytest

from dashboard.configuration.map_styles import PLAIN, STREETS, Basemap
from dashboard.configuration.settings import Settings, SettingsError, load

A = "https://a.example/style.json"
B = "https://b.example/dark.json"


@pytest.mark.parametrize(
    ("environ", "names", "usual"),
    [
        ({}, ["Plain", "Streets"], "Plain"),
        ({"CATENA_BASEMAP": "plain"}, ["Plain", "Streets"], "Plain"),
        ({"CATENA_BASEMAP": "STREETS"}, ["Plain", "Streets"], "Streets"),
        ({"CATENA_BASEMAP": "carto"}, ["Plain", "Streets", "CARTO"], "CARTO"),
        ({"CATENA_BASEMAP": A}, ["Plain", "Streets", "a.example"], "a.example"),
        ({"CATENA_BASEMAPS": "Near=http://[::1]:8080/style.json"}, ["Plain", "Near"], "Plain"),
        ({"CATENA_BASEMAPS": "none"}, ["Plain"], "Plain"),
        (
            {"CATENA_BASEMAPS": f" Straßen = {A} , Satellite={B}", "CATENA_BASEMAP": "straßen"},
            ["Plain", "Straßen", "Satellite"],
            "Straßen",
        ),
    ],
)
def test_what_can_be_chosen_and_what_is_shown_at_first(environ, names, usual):
    settings = load(environ, {})
    assert [one.name for one in settings.maps] == names
    assert settings.usual_map.name == usual


def test_a_second_address_is_for_the_dark():
    settings = load({"CATENA_BASEMAPS": f"Roads={A} {B}, Air={A}?key=a=b"}, {})
    assert settings.basemaps == (
        Basemap("Roads", A, B, ("https://a.example", "https://b.example")),
        Basemap("Air", f"{A}?key=a=b", f"{A}?key=a=b", ("https://a.example",)),
    )


def test_without_a_setting_there_are_streets_but_nobody_is_asked():
    assert Settings().maps == (PLAIN, STREETS)
    assert Settings().usual_map is PLAIN


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CATENA_BASEMAPS", "Streets"),
        ("CATENA_BASEMAPS", f"={A}"),
        ("CATENA_BASEMAPS", f"Streets={A} {A} {A}"),
        ("CATENA_BASEMAPS", "Streets=http://a.example/style.json"),
        ("CATENA_BASEMAPS", "Streets=https://user:pass@a.example/style.json"),
        ("CATENA_BASEMAPS", "Streets=https://:pass@a.example/style.json"),
        ("CATENA_BASEMAPS", "Streets=https://a.example;script-src/x"),
        ("CATENA_BASEMAPS", "Streets=https://*/style.json"),
        ("CATENA_BASEMAPS", "Streets=https://a\0.example/style.json"),
        ("CATENA_BASEMAPS", "Streets=https://a.example\\x/style.json"),
        ("CATENA_BASEMAPS", "Streets=https://straße.example/style.json"),
        ("CATENA_BASEMAPS", f"plain={A}"),
        ("CATENA_BASEMAPS", f"A={A}, a={B}"),
        ("CATENA_BASEMAPS", f"{'x' * 31}={A}"),
        ("CATENA_BASEMAP", "Satellite"),
        ("CATENA_BASEMAP", "http://a.example/style.json"),
        ("CATENA_BASEMAP_HOSTS", "https://a.example"),
        ("CATENA_BASEMAP_HOSTS", "*"),
        ("CATENA_BASEMAP_HOSTS", "a.example; script-src *"),
    ],
)
def test_what_cannot_be_is_refused_by_name(name, value):
    with pytest.raises(SettingsError, match=name):
        load({name: value}, {})
