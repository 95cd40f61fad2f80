"""Nothing that may not be seen is in any byte: rows, list, search, files, panel, hexagons, trailers, numbers."""

import json
import re
from dataclasses import astuple
from datetime import UTC, datetime
from io import BytesIO

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.access.scope import Scope
from dashboard.access.viewer import OPERATOR, Viewer, Visibility
from dashboard.access.visibility import PRIVATE
from dashboard.feed.vehicle_list import COLUMNS, ListQuery, columns_for
from dashboard.fleet import details, export
from dashboard.fleet.colours import COLOUR_BY
from dashboard.fleet.filters import Filters
from dashboard.fleet.names import Names
from dashboard.fleet.notices import Notice
from dashboard.fleet.search import compact, fold
from dashboard.fleet.snapshot import Snapshot, TrailerSnapshot
from dashboard.ingest.trailers import TrailerFacts, trailers_frame
from tests.dashboard.feeds import Feeds
from tests.dashboard.frames import few, vehicles
from tests.dashboard.trailers import trailer

NOW = datetime.now(UTC)


def rows(feeds, snapshot, scope):
    return feeds.get(feeds.feed.vehicles.url(snapshot, scope, "standing")).text


def hexagons(feeds, snapshot, scope):
    feed = feeds.feed.hexagons
    return feeds.get(feed.url(snapshot, scope, "fine")).text + str(
        feed.hexagons(snapshot, scope, "fine").legend
    )


def trailers(feeds, _snapshot, scope):
    feed = feeds.feed.trailers
    return f"{feeds.get(feed.url(feeds.trailers, scope)).text} {feed.count(feeds.trailers, scope)}"


def listed(feeds, snapshot, scope):
    """The list as it is, and in every order that it can be sorted by."""
    said = []
    for by in COLUMNS:
        query = ListQuery(scope.visibility, scope.filters, by=by)
        page = feeds.feed.lists.page(snapshot, query, 0, 500, metric=True)
        said.append(f"{page.ids} {page.total} {page.cells.to_dict('split')}")
    return " ".join(said)


def listed_by_text(feeds, snapshot, scope):
    return str(
        [len(feeds.feed.lists.rows(snapshot, ListQuery(scope.visibility, text=text))) for text in SECRETS]
    )


def filtered_by_text(feeds, snapshot, scope):
    return " ".join(rows(feeds, snapshot, Scope(scope.visibility, Filters(text=text))) for text in SECRETS)


def found(feeds, snapshot, scope):
    index = feeds.feed.vehicles.search(snapshot, scope.visibility)
    return str([index.find(text) for text in (*SECRETS, "truck", "mk")])


def csv(feeds, snapshot, scope):
    frame = feeds.feed.frames.filtered(snapshot, scope.visibility, scope.filters)
    return export.to_csv(frame, scope.visibility.unseen).decode()


def geojson(feeds, snapshot, scope):
    frame = feeds.feed.frames.filtered(snapshot, scope.visibility, scope.filters)
    return export.to_geojson(frame, scope.visibility.unseen).decode()


def parquet(feeds, snapshot, scope):
    frame = feeds.feed.frames.filtered(snapshot, scope.visibility, scope.filters)
    return str(pq.read_table(BytesIO(export.to_parquet(frame, scope.visibility.unseen))).to_pydict())


def panel(feeds, snapshot, scope):
    """What the panel of each vehicle says, and what each is called."""
    said = []
    for vehicle_id in snapshot.vehicles["vehicle_id"]:
        row = feeds.feed.frames.vehicle(snapshot, scope.visibility, vehicle_id)
        if row is not None:
            said.append(f"{details.title(row)} {details.details_of(row, NOW, metric=True)}")
    return " ".join(said)


def facets(feeds, snapshot, scope):
    return str(feeds.feed.vehicles.facets(snapshot, scope.visibility))


def numbers(feeds, snapshot, scope):
    """The numbers and legends beside the map, in all colours, and those of the wall screen."""
    said = [str(astuple(feeds.feed.vehicles.counters(snapshot, scope)))]
    for by in COLOUR_BY:
        summary = feeds.feed.vehicles.summary(snapshot, Scope(scope.visibility, scope.filters, by))
        said.append(str(summary))
    return " ".join(said)


READERS = (
    rows, hexagons, trailers, listed, listed_by_text, filtered_by_text, found, csv, geojson, parquet, panel, facets,
    numbers,
)  # fmt: skip

DRIVER, VIN, PLATE = "Zorbazulu Quixpint", "1FTFW1ET5DFC10312", "QX-777 Z"
SECRETS = (DRIVER, "zorbazulu", VIN, VIN[-6:], PLATE, "qx777z")
GUEST = Viewer("guest", Visibility(frozenset({"f1"})))
FLEET = Snapshot(
    1,
    NOW,
    vehicles(
        {"fleet_id": "f1", "name": "Truck 1", "driver": DRIVER, "vin": VIN, "plate": PLATE, "lon": 1.0, "lat": 1.0},
        {"fleet_id": "f1", "name": f"Van {PLATE}", "plate": PLATE, "lon": 1.0, "lat": 1.0},
        {"fleet_id": "f1", "name": "Quixpint's", "driver": DRIVER, "lon": 1.0, "lat": 1.0},
        {"fleet_id": "f1", "name": f"Unit {VIN}", "vin": VIN, "lon": 1.0, "lat": 1.0},
        {"fleet_id": "f2", "name": DRIVER, "driver": DRIVER, "vin": VIN, "plate": PLATE, "lon": 1.0, "lat": 1.0},
    ),
)  # fmt: skip
TRAILERS = TrailerSnapshot(
    1,
    NOW,
    trailers_frame(
        [trailer("t1", at=NOW), trailer("t2", at=NOW)],
        {"t1": TrailerFacts(PLATE, plate=PLATE), "t2": TrailerFacts(VIN, vin=VIN)},
        Names(),
    ),
)
TOLD = {
    "driver": {rows, listed, filtered_by_text, found, csv, geojson, parquet, panel},
    "vin": {rows, trailers, listed, filtered_by_text, found, csv, geojson, parquet, panel},
    "plate": {rows, trailers, listed, filtered_by_text, found, csv, geojson, parquet, panel},
}
"""Who tells it where it may be seen, so that the test can fail."""


def tells(said, secret):
    """Whether a text holds another, or a word of a name, however written."""
    parts = [secret, *(word for word in secret.split() if secret == DRIVER)]
    whole = compacted(said)
    return any(compacted(part) in whole for part in parts)


def compacted(text):
    return compact([fold(text)])[0].as_py()


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
@pytest.mark.parametrize(("hidden", "secret"), [("driver", DRIVER), ("vin", VIN), ("plate", PLATE)])
def test_what_is_hidden_is_nowhere(hidden, secret, reader):
    with Feeds(FLEET, TRAILERS) as feeds:
        scope = Scope(Visibility(frozenset({"f1"}), hidden=frozenset({hidden})))
        assert not tells(reader(feeds, FLEET, scope), secret)
        assert tells(reader(feeds, FLEET, Scope(GUEST.visibility)), secret) == (reader in TOLD[hidden])


@pytest.mark.parametrize("hidden", PRIVATE)
@pytest.mark.parametrize(
    "reader", [listed_by_text, filtered_by_text, found], ids=lambda reader: reader.__name__
)
def test_what_is_hidden_cannot_be_guessed_by_searching_for_it(hidden, reader, monkeypatch):
    """A search answers as if nobody had such a text; but with what is seen it answers otherwise."""
    secret = {"driver": (DRIVER, "zorba"), "vin": (VIN, "c10312"), "plate": (PLATE, "qx777z")}[hidden]
    monkeypatch.setitem(globals(), "SECRETS", secret)
    visibility = Visibility(frozenset({"f1"}), hidden=frozenset({hidden}))
    with Feeds(FLEET, TRAILERS) as feeds:
        seen, masked = (reader(feeds, FLEET, Scope(one)) for one in (GUEST.visibility, visibility))
        monkeypatch.setitem(globals(), "SECRETS", ("nobody's", "xyz"))
        nothing = reader(feeds, FLEET, Scope(visibility))
    assert masked == nothing != seen


@pytest.mark.parametrize(
    ("visibility", "gone"),
    [
        (Visibility(frozenset({"f1"}), hidden=frozenset({"driver", "plate"})), {"driver", "plate"}),
        (Visibility(frozenset({"f1"}), rounded=True), {"place"}),
        (Visibility(frozenset({"f1"})), set()),
    ],
)
def test_what_is_hidden_has_no_column_and_no_line(visibility, gone):
    assert set(columns_for(visibility)) == COLUMNS.keys() - gone
    with Feeds(FLEET) as feeds:
        page = feeds.feed.lists.page(FLEET, ListQuery(visibility), 0, 25, metric=True)
        header = csv(feeds, FLEET, Scope(visibility)).splitlines()[0]
        said = panel(feeds, FLEET, Scope(visibility))
    assert set(page.cells.columns) == {COLUMNS[name] for name in COLUMNS.keys() - gone}
    for name in gone:
        assert f'"{export.TEXTS[name]}"' not in header
        assert COLUMNS[name] not in said
    assert ('"h3_cell"' in header) != visibility.rounded


def world(drawn):
    """Vehicles whose every text is a marker of its own, or of its fleet, source or connection."""
    made = []
    for number, (fleet, source, twin, placed) in enumerate(drawn):
        own = {
            name: f"mk{number}x{name}" for name in ("vehicle_id", "driver", "vin", "plate", "place", "name")
        }
        own["trailer"] = f"mk{number}xtrailer"
        for name in ("name", "trailer") if twin in {"vin", "plate"} else ("name",) if twin else ():
            own[name] += f" {own[twin]}"
        one = {name: f"mkf{fleet}x{name}" for name in ("fleet_id", "fleet", "fleet_ref")}
        other = {name: f"mks{source}x{name}" for name in ("source", "tsp_slug", "provider")}
        spot = (
            {"lon": -88.123_987 + number, "lat": 42.123_987}
            if placed
            else {"position_error": "no position reported"}
        )
        made.append(
            {**own, **one, **other, **spot, "connection_id": f"mkc{fleet}x{source}", "ordinal": number * 3}
        )
    return made


def snapshot_of(made, notices=()):
    deliveries = {row["connection_id"]: None for row in made}
    return Snapshot(1, NOW, vehicles(*made), deliveries, notices=notices)


def trailers_of(made):
    found = [
        trailer(row["vehicle_id"], at=NOW, fleet_id=row["fleet_id"], source=row["source"], lon=row.get("lon", 1.0),
                lat=row.get("lat", 1.0))
        for row in made
    ]  # fmt: skip
    facts = {row["vehicle_id"]: TrailerFacts(row["trailer"], row["vin"], row["plate"]) for row in made}
    fleets = {row["fleet_id"]: row["fleet"] for row in made}
    return TrailerSnapshot(1, NOW, trailers_frame(found, facts, Names(fleets=fleets)))


vehicle_of = st.tuples(
    st.integers(0, 3), st.integers(0, 2), st.sampled_from(["", "driver", "vin", "plate"]), st.booleans()
)
visibilities = st.builds(
    Visibility,
    st.none() | st.frozensets(st.sampled_from([f"mkf{n}xfleet_id" for n in range(4)])),
    st.none() | st.frozensets(st.sampled_from([f"mks{n}xsource" for n in range(3)])),
    st.frozensets(st.sampled_from(PRIVATE)),
    st.booleans(),
).filter(lambda visibility: visibility != OPERATOR.visibility)


def seen_of(made, visibility):
    return [
        row
        for row in made
        if visibility.includes(row["fleet_id"])
        and (visibility.sources is None or row["source"] in visibility.sources)
    ]


def known_to(made, visibility):
    """The same world as far as it may be known: without other vehicles, and without what is hidden of these."""
    known = []
    for row in seen_of(made, visibility):
        names = {
            name: ""
            for name in ("name", "trailer")
            if any(row[text] in row[name] for text in visibility.hidden)
        }
        known.append(row | dict.fromkeys(visibility.unseen & row.keys(), "") | names)
    return known


def everything(made, visibility, **given):
    """All that goes out for a visibility, by reader."""
    snapshot = snapshot_of(made, **given)
    with Feeds(snapshot, trailers_of(made)) as feeds:
        asked = [
            reader for reader in READERS if not reader.__name__.endswith("by_text")
        ]  # `found` looks for all
        return {reader.__name__: reader(feeds, snapshot, Scope(visibility)) for reader in asked}


@few
@given(st.lists(vehicle_of, max_size=8), visibilities)
def test_no_text_goes_out_that_may_not_be_seen(drawn, visibility):
    made = world(drawn)
    allowed = {
        marker
        for row in seen_of(made, visibility)
        for name, value in row.items()
        if isinstance(value, str) and name not in visibility.unseen
        for marker in re.findall(r"mk\w+", value)
    }
    hidden = {row[name] for row in made for name in visibility.unseen & row.keys()}
    for reader, said in everything(made, visibility).items():
        assert set(re.findall(r"mk\w+", said)) <= allowed - hidden, reader
        if visibility.rounded:
            assert "12399" not in said, reader
            assert "123987" not in said, reader


@few
@given(st.lists(vehicle_of, max_size=8), visibilities)
def test_all_is_as_if_there_was_nothing_else(drawn, visibility):
    """Counts, colours, legends, numbers, order, what a search finds: nothing of it comes from what is not seen."""
    made = world(drawn)
    assert everything(made, visibility) == everything(known_to(made, visibility), visibility)


def test_the_last_test_can_fail():
    made = world([(0, 0, "", True), (1, 1, "", True)])
    visibility = Visibility(frozenset({"mkf1xfleet_id"}))
    everybody, alone = (
        json.loads(everything(rows, visibility)["rows"]) for rows in (made, seen_of(made, visibility))
    )
    assert everybody == alone
    assert everybody[0]["n"] == 0
    assert json.loads(everything(made, OPERATOR.visibility)["rows"])[1]["n"] == 3


NOTICES = (
    Notice("mkf0 could not be read", "So.", fleet_id="mkf0xfleet_id"),
    Notice("mkf1 (fleet_id) could not be read", "So.", fleet_id="mkf1xfleet_id"),
    Notice("mkall rows could not be read", "So.", fleet_id=None),
    Notice("names could not be read", "So."),
)


@pytest.mark.parametrize(
    ("visibility", "said"),
    [
        (Visibility(frozenset({"mkf0xfleet_id"})), {"mkf0 could not be read", "names could not be read"}),
        (Visibility(frozenset({"mkf1xfleet_id"})), {"mkf1 could not be read", "names could not be read"}),
        (
            Visibility(None, frozenset({"mks0xsource"})),
            {"mkf0 could not be read", "names could not be read"},
        ),
        (Visibility(), {"names could not be read"}),
        (OPERATOR.visibility, {notice.what for notice in NOTICES}),
    ],
)
def test_notices_are_for_whom_they_concern(visibility, said):
    snapshot = snapshot_of(world([(0, 0, "", True), (1, 1, "", True)]), NOTICES)
    with Feeds(snapshot) as feeds:
        notices = feeds.feed.vehicles.summary(snapshot, Scope(visibility)).notices
    assert {notice.what for notice in notices} == said
