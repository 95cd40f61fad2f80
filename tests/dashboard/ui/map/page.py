"""The live map's page in Streamlit's own test runner: opened, read, and clicked in as a browser does."""

import json
import re

from streamlit.testing.v1 import AppTest

from dashboard.access.viewer import OPERATOR
from tests.dashboard.waiting import until

VIEWER = OPERATOR
"""Who looks, as the door would say."""


def run(**query):
    app = AppTest.from_file("../../../../dashboard/main.py", default_timeout=30)
    app.session_state["viewer"] = VIEWER
    for name, values in query.items():
        app.query_params[name] = values
    return app.run()


def control(widgets, name):
    """A control that the script sets too, whose key changes then."""
    (found,) = (widget for widget in widgets if re.fullmatch(rf"{name}_\d+", widget.key or ""))
    return found


def late(app):
    """What a browser sends that has not shown yet what is done next."""
    return app._tree.get_widget_states()


def asked(app, name):
    values = app.query_params.get(name, [])
    return values if isinstance(values, list) else [values]


def said(app):
    return " ".join(
        element.value
        for kind in ("markdown", "caption", "info", "warning", "error")
        for element in app.get(kind)
    )


def deck(app):
    (chart,) = app.get("deck_gl_json_chart")
    return json.loads(chart.proto.json)


def layer(app, name):
    """The layer of a name; of several of vehicles the uppermost."""
    return next((one for one in deck(app)["layers"][::-1] if one["id"].partition("-")[0] == name), None)


def select(app, layer_id=None, row=None, place=None):
    """Send what a browser sends that holds one row of a layer as selected, or nothing.

    `place` is the row's; in most of these worlds it is the number of its vehicle.
    """
    held = {} if row is None else {layer_id: [row]}
    place = (row or {}).get("n", 0) if place is None else place
    (chart,) = app.get("deck_gl_json_chart")
    states = late(app)
    said = {"selection": {"indices": {one: [place] for one in held}, "objects": held}}
    states.widgets.add(id=chart.proto.id, string_value=json.dumps(said))
    app._run(states)


def button(app, label):
    (found,) = (button for button in app.button if button.label == label)
    return found


def labels(app):
    return {button.label for button in app.button}


def table(app):
    (found,) = app.dataframe
    return found.value


def words(app):
    """What the page says, without Markdown's escapes."""
    return re.sub(r"\\(.)", r"\1", said(app))


def loaded(app):
    """Run on until the trails asked for have been fetched."""
    held = app.session_state["trail_set"]
    until(lambda: held.progress.finished)
    app.run()
    assert not app.exception
    return held
