"""What a device in the hall is told: points, contents with age and confidence, ways; and who may settle a finding."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from layouts.live.events import LiveEvent, Noted, StockCounted, StockMoved, StockSeen
from layouts.run import Run
from server.access.access import access_of
from server.access.settings import AccessSettings
from server.access.tokens import make_token
from server.answers.findings import FindingsInFile, Note
from server.answers.shown import Shown, read_shown
from server.app import create_app
from server.clock import clock_ms
from server.sites import load_site
from server.twin.live_server import LiveServer
from server.twin.twin_file import read_twin_file
from spatial.errors import BadDataError
from spatial.facility import Column, Facility
from spatial.facility_json import write_facility

Serving = Callable[..., AbstractContextManager[str]]
DAY_MS = 86_400_000


@pytest.fixture
def as_built(tmp_path: Path, hall: Facility) -> Path:
    """The hall with its first rack 0.2 m further along X, and a column: as a scan would find it."""
    first, *rest = hall.racks
    x, y = first.center
    column = Column(id="C1", level="L0", center=(6.0, 3.5), size_m=(0.4, 0.2), sigma_m=0.004)
    other = replace(
        hall,
        kind="as_built",
        columns=(column,),
        racks=(replace(first, center=(x + 0.2, y), sigma_m=0.006), *rest),
    )
    write_facility(tmp_path / "site" / "facility.json", other)
    return tmp_path / "site"


def asking(address: str, token: str | None = None) -> httpx.Client:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=address, headers=headers, trust_env=False)


def test_points_are_those_of_the_table_then_corners_of_columns_and_racks(
    as_built: Path, hall_site: Path, serving: Serving
) -> None:
    (as_built / "control-points.csv").write_text(
        "name,network_x_m,facility_x_m,facility_y_mm,facility_z_m,facing_deg\nM1,7,0.5,250,1.2,90\nM2,9,11,6500,,\n"
    )
    with serving(create_app(Shown(site=load_site(as_built)))) as address, asking(address) as client:
        told = client.get("/api/control-points").json()
    assert [one["kind"] for one in told] == ["marker"] * 2 + ["column"] * 4 + ["rack"] * 8
    assert told[0] == {
        "name": "M1", "kind": "marker", "position": [0.5, 0.25, 1.2], "sigma_m": 0.005,
        "facing_rad": pytest.approx(1.5708, abs=1e-4),
    }  # fmt: skip
    assert (told[1]["position"], told[1]["facing_rad"]) == ([11.0, 6.5, 0.0], None)
    assert (told[2]["name"], told[2]["position"]) == ("column C1 corner 1", [5.8, 3.4, 0.0])
    assert (told[6]["name"], told[6]["sigma_m"]) == ("rack R1 corner 1", 0.006)
    assert told[8]["position"] == pytest.approx([1.2 + 8.4, 2.0, 0.0])

    with serving(create_app(Shown(site=load_site(hall_site)))) as address, asking(address) as client:
        assert {one["sigma_m"] for one in client.get("/api/control-points").json()} == {0.02}, (
            "never measured"
        )


def test_a_table_that_is_not_right_is_told_with_its_row(as_built: Path, serving: Serving) -> None:
    (as_built / "control-points.csv").write_text("name,facility_x_m,facility_y_m\nM1,0,0\nM1,9,9\n")
    with serving(create_app(Shown(site=load_site(as_built)))) as address, asking(address) as client:
        answer = client.get("/api/control-points")
    assert answer.status_code == 409
    assert "row 3: 'M1' comes twice" in answer.json()["detail"]


def test_without_a_book_a_location_holds_what_the_scan_saw_and_what_is_slotted_there(
    hall_site: Path, hall_run: Run, serving: Serving
) -> None:
    with (
        serving(create_app(Shown(site=load_site(hall_site), run=hall_run))) as address,
        asking(address) as client,
    ):
        answer = client.get("/api/contents").json()
    told = {one["location"]: one for one in answer["locations"]}
    assert (len(told), answer["is_live"]) == (36, False)
    state = {one.id: one.state for one in load_site(hall_site).facility.locations}
    assert {name: one["state"] for name, one in told.items()} == state
    slotted = told["01-01-A-1"]
    assert (slotted["state"], slotted["believed"], slotted["goods"]) == ("empty", "empty", []), "seen empty"
    seen, hidden = told["01-01-B-2"], told["01-01-A-2"]
    assert (seen["believed"], seen["confidence"], seen["age_s"], seen["source"]) == (
        "occupied",
        0.97,
        None,
        "scan",
    )
    assert (hidden["believed"], hidden["confidence"], hidden["source"]) == ("not seen", None, "nobody")
    assert (told["01-01-C-1"]["unseen"], hidden["unseen"], slotted["unseen"]) == ("high", "closed", None)


def test_the_live_book_tells_what_lies_there_how_old_and_how_sure_that_is(
    tmp_path: Path, hall_site: Path, serving: Serving
) -> None:
    (tmp_path / "twin.yaml").write_text("{}")
    site = load_site(hall_site)
    live = LiveServer(read_twin_file(tmp_path / "twin.yaml"), site)
    now_ms = clock_ms()

    def event(name: str, body: Any, ago_ms: int) -> LiveEvent:
        return LiveEvent(
            id=name, site="HALL", source="t", entity="sku/X", happened_ms=now_ms - ago_ms, body=body
        )

    told = [
        event("a", StockCounted("X", "HALL/01-01-A-1", 40, lot="L9"), DAY_MS),
        event("b", StockCounted("X", "HALL/01-02-A-1", 5), 400 * DAY_MS),
        event("c", StockCounted("Y", "HALL/01-03-A-1", 7), 2 * DAY_MS),
        event("d", StockSeen("HALL/01-03-A-1", "vehicle", 0.95, is_empty=True), 7_200_000),
        event("f", StockSeen("HALL/01-03-A-1", "rfid", 0.9, is_empty=True), 7_100_000),
        event("g", StockSeen("HALL/01-03-A-1", "scan", 0.97, is_empty=True), 3_600_000),
        event("h", StockSeen("HALL/02-03-A-1", "rfid", 0.9, sku="Z"), 60_000),
        event("e", StockMoved("X", 3, "HALL/01-01-A-1", "HALL/02-01-A-1", lot="L9"), 7_200_000),
    ]
    with serving(create_app(Shown(site=site), live=live)) as address, asking(address) as client:
        assert client.post("/api/events", content=msgspec.json.encode(told)).json()["refused"] == []
        answer = until(lambda: client.get("/api/contents").json(), lambda one: _of(one, "02-01-A-1")["goods"])
        way = client.get("/api/way", params={"from": "11,3.5,L0", "sku": "X"}).json()
    assert answer["is_live"] is True
    counted = _of(answer, "01-01-A-1")
    assert counted["goods"] == [{"sku": "X", "quantity": 37.0, "lot": "L9", "handling_unit": None}]
    assert (counted["believed"], counted["source"]) == ("as booked", "book")
    assert counted["age_s"] == pytest.approx(7_200, abs=5)
    assert counted["confidence"] > 0.98
    old = _of(answer, "01-02-A-1")
    assert 0.5 < old["confidence"] < 0.8, "counted 400 days ago"
    assert (old["believed"], round(old["age_s"] / 86_400)) == ("cannot decide", 400)
    seen = _of(answer, "01-03-A-1")
    assert (seen["believed"], seen["state"], seen["source"]) == ("empty", "empty", "scan")
    assert seen["age_s"] == pytest.approx(3_600, abs=5)
    heard = _of(answer, "02-03-A-1")
    assert (heard["believed"], heard["state"]) == ("cannot decide", "occupied"), "one reader against the book"
    assert (heard["source"], heard["goods"]) == ("rfid", [])
    assert _of(answer, "02-02-B-1")["source"] in ("scan", "nobody"), "the book has nothing there"
    assert way["location"] == "01-02-A-1", "the nearest of three"


def _of(answer: dict[str, Any], location: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in answer["locations"] if one["location"] == location)
    return found


def until(ask: Callable[[], Any], is_there: Callable[[Any], object]) -> Any:
    for _ in range(200):
        if is_there(told := ask()):
            return told
    raise AssertionError(f"never: {told}")


def test_a_way_runs_on_lanes_to_where_one_stands_before_the_location(
    hall_site: Path, hall_run: Run, serving: Serving
) -> None:
    with (
        serving(create_app(Shown(site=load_site(hall_site), run=hall_run))) as address,
        asking(address) as client,
    ):

        def ask(**params: str) -> httpx.Response:
            return client.get("/api/way", params={"from": "10.9,3.0,L0", **params})

        told = ask(location="01-01-A-1").json()
        x, y, z = told["path"][-1]
        assert told["path"][0] == [10.9, 3.0, 0.0]
        assert (x, z) == (pytest.approx(2.4, abs=0.8), 0.0)
        assert 2.0 < y < 5.0, "in the aisle before it"
        steps = zip(told["path"], told["path"][1:], strict=False)
        walked = sum(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5 for a, b in steps)
        assert told["length_m"] == pytest.approx(walked, abs=0.01)
        assert 8.0 < told["length_m"] < 10.5, "as the crow flies 8.6 m"
        assert ask(sku="SKU-1").json()["path"] == told["path"]
        refused = [
            ask(), ask(sku="SKU-1", location="01-01-A-1"), ask(sku="nothing"), ask(location="nowhere"),
            ask(location="01-01-A-1", agent="crane"), ask(**{"from": "1,x,L0", "location": "01-01-A-1"}),
            ask(**{"from": "nan,1,L0", "location": "01-01-A-1"}),
            ask(**{"from": "90,90,L0", "location": "01-01-A-1"}),
            ask(**{"from": "1,1,L7", "location": "01-01-A-1"}),
        ]  # fmt: skip
        assert [one.status_code for one in refused] == [422, 422, 404, 404, 404, 422, 422, 404, 404]
        assert "the nearest lane is" in refused[7].json()["detail"]


@pytest.fixture
def by_role(
    tmp_path: Path, as_built: Path, hall_site: Path, serving: Serving
) -> Iterator[Callable[[str], httpx.Client]]:
    """A client of each role, and of nobody, of a server that shows the hall as built against its plan."""
    tokens = tmp_path / "tokens.json"
    roles = ("viewer", "planner", "operator", "admin")
    secret = {role: make_token(tokens, role, role=role, now_ms=clock_ms()) for role in roles}  # type: ignore[arg-type]
    access = access_of(AccessSettings(tokens=tokens), "127.0.0.1", site="HALL")
    shown = read_shown(as_built, planned=hall_site)
    with serving(create_app(shown, access=access)) as address, ExitStack() as clients:
        found = {
            role: clients.enter_context(asking(address, secret.get(role))) for role in ("nobody", *roles)
        }
        yield found.__getitem__


def test_planners_and_operators_settle_findings_viewers_see_that_they_did(
    by_role: Callable[[str], httpx.Client], as_built: Path
) -> None:
    wish = {"text": "Moved for the sprinkler, drawing follows."}
    statuses = {
        role: by_role(role).post("/api/findings/rack/R1", json=wish).status_code
        for role in ("nobody", "viewer", "planner", "operator", "admin")
    }
    assert statuses == {"nobody": 401, "viewer": 403, "planner": 200, "operator": 200, "admin": 200}
    told = by_role("viewer").get("/api/findings").json()
    assert [(one["finding"], one["by"], one["is_closed"]) for one in told] == [("rack/R1", "admin", True)]
    assert [json.loads(line)["by"] for line in (as_built / "findings.jsonl").read_text().splitlines()] == [
        "planner", "operator", "admin",
    ]  # fmt: skip
    client = by_role("planner")
    assert (
        client.post("/api/findings/rack/R1", json={"text": "Not so.", "is_closed": False}).status_code == 200
    )
    assert client.get("/api/findings").json()[0]["is_closed"] is False
    unknown = client.post("/api/findings/rack/R9", json=wish)
    assert (unknown.status_code, "no finding 'rack/R9'" in unknown.text) == (404, True)
    assert client.post("/api/findings/rack/R1", json={"text": ""}).status_code == 422


def test_of_a_live_twin_a_settled_finding_is_an_event_that_closes_it(
    tmp_path: Path, as_built: Path, hall_site: Path, serving: Serving
) -> None:
    (tmp_path / "twin.yaml").write_text("{}")
    shown = read_shown(as_built, planned=hall_site)
    live = LiveServer(read_twin_file(tmp_path / "twin.yaml"), shown.site)
    with serving(create_app(shown, live=live)) as address, asking(address) as client:
        assert client.post("/api/findings/rack/R1", json={"text": "Seen."}).status_code == 200
        (told,) = until(lambda: client.get("/api/findings").json(), bool)
        assert client.get("/api/alerts").json() == []
        (event,) = client.get("/api/events", params={"entity": "alert/finding/rack/R1"}).json()
    assert (told["finding"], told["text"], told["by"], told["is_closed"]) == (
        "rack/R1",
        "Seen.",
        "local",
        True,
    )
    assert event["event"]["body"] == {
        "type": "note",
        "text": "Seen.",
        "by": "local",
        "closes": "finding/rack/R1",
    }
    assert msgspec.convert(event["event"], LiveEvent).body == Noted("Seen.", "local", "finding/rack/R1")
    assert not (as_built / "findings.jsonl").exists()


def test_a_line_that_was_cut_short_loses_itself_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "findings.jsonl"
    kept = FindingsInFile(path)
    notes = [Note(finding=f"rack/R{n}", text="ü", by="Ada", at_ms=n, is_closed=True) for n in range(3)]
    for note in notes[:2]:
        kept.add(note)
    whole = path.read_bytes()
    path.write_bytes(whole[:-4])
    assert kept.notes() == notes[:1]
    kept.add(notes[2])
    assert kept.notes() == [notes[0], notes[2]]
    path.write_bytes(b"{}\n" + whole)
    with pytest.raises(BadDataError, match="line 1 is no note"):
        kept.notes()
