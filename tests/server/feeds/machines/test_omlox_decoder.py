"""omlox: locations and fence events of a hub."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from layouts.live.events import FenceCrossed, Position, refusal
from server.feeds.arrival import RetainedMessage
from server.feeds.feed import Decoded, Message
from server.feeds.omlox.decoder import OmloxDecoder
from server.feeds.omlox.georeference import Georeference, east_north_up
from server.feeds.omlox.settings import OmloxSettings

NOW_MS = 1_790_000_000_000
SITE = {"latitude_deg": 52.0, "longitude_deg": 8.0}


def location(*coordinates: float, **fields: Any) -> dict[str, Any]:
    return {
        "position": {"type": "Point", "coordinates": coordinates or (3.0, 4.0)}, "source": "hall-uwb",
        "provider_type": "uwb", "provider_id": "tag-1", "timestamp_generated": "2026-09-21T14:13:20.000Z", "floor": 0,
        **fields,
    }  # fmt: skip


def fence(**fields: Any) -> dict[str, Any]:
    return {"id": "e1", "fence_id": "f1", "event_type": "region_entry", "trackable_id": "t1",
            "entry_time": "2026-09-21T14:13:20.000Z", **fields}  # fmt: skip


def decode(told: object, **options: Any) -> Decoded:
    made = OmloxDecoder(
        OmloxSettings.model_validate({"site": "S1", "floors": {0: "L0", 0.5: "M1"}, **options})
    )
    return made.decode(Message("omlox/ws", json.dumps(told).encode(), NOW_MS))


def position(told: object, **options: Any) -> Position:
    body = decode(told, **options).events[0].body
    assert isinstance(body, Position)
    return body


def test_a_local_location_lies_in_the_frame_of_its_zone() -> None:
    plain = position(location(accuracy=0.3, speed=1.5))
    assert (plain.level, plain.x_m, plain.y_m, plain.sigma_m, plain.speed_m_s) == ("L0", 3.0, 4.0, 0.3, 1.5)
    turned = position(location(floor=0.5), zones={"hall-uwb": {"x_m": 10, "yaw_rad": math.pi / 2}})
    assert (turned.x_m, turned.y_m) == pytest.approx((6.0, 3.0))
    assert turned.level == "M1"


@pytest.mark.parametrize(("course", "yaw"), [(0, math.pi / 2), (90, 0), (180, -math.pi / 2), (270, math.pi)])
def test_course_is_clockwise_from_north_and_heading_goes_first(course: float, yaw: float) -> None:
    assert position(location(course=course)).yaw_rad == pytest.approx(yaw)
    assert position(location(course=12, true_heading=course)).yaw_rad == pytest.approx(yaw)
    assert position(location(course=course, true_heading=-1)).yaw_rad == pytest.approx(yaw)


def test_the_tangent_plane_agrees_with_the_example_of_epsg_guidance_note_7_2() -> None:
    point = (53 + 48 / 60 + 33.82 / 3600, 2 + 7 / 60 + 46.38 / 3600, 73.0)
    told = east_north_up(point, (55.0, 5.0, 200.0))
    assert told == pytest.approx((-189_013.869, -128_642.040, -4_220.171), abs=0.005)


def test_degrees_near_the_site_are_metres_along_its_axes() -> None:
    # the radii of curvature at 52° N give the length of a thousandth of a degree
    e2, a = 0.00669437999014, 6_378_137.0
    w = math.sqrt(1 - e2 * math.sin(math.radians(52)) ** 2)
    north = a * (1 - e2) / w**3 * math.radians(0.001)
    east = a / w * math.cos(math.radians(52)) * math.radians(0.001)
    site = Georeference(**SITE)
    assert site.point(8.0, 52.001) == pytest.approx((0, north), abs=0.01)
    assert site.point(8.001, 52.0) == pytest.approx((east, 0), abs=0.01)
    # a site turned north: its x axis points there
    turned = Georeference(**SITE, yaw_rad=math.pi / 2)
    assert turned.point(8.0, 52.001) == pytest.approx((north, 0), abs=0.01)
    north_bound = position(location(8.0, 52.0, crs="EPSG:4326", course=0), georeference=turned.model_dump())
    assert north_bound.yaw_rad == pytest.approx(0)


@pytest.mark.parametrize(
    ("told", "options", "said"),
    [
        (location(8.0, 52.0, crs="EPSG:4326"), {}, "set `georeference`"),
        (location(52.0, 8.0, crs="EPSG:4326"), {"georeference": SITE}, "lon and lat are swapped"),
        (location(400.0, 8.0, crs="EPSG:4326"), {"georeference": SITE}, "no longitude and latitude"),
        (location(crs="EPSG:32632"), {}, "let the hub tell EPSG:4326 or local"),
        (location(floor=7), {}, "floor 7 is not listed"),
        (location(floor=None), {}, "set `level`"),
        (location(1.0), {}, "of 1 coordinates"),
        (location(course=400), {}, "course 400"),
        (location(provider_id=3), {}, "$.provider_id"),
        (fence(event_type="region_stay"), {}, "event_type 'region_stay'"),
        (fence(trackable_id=None), {}, "about nothing"),
        (
            {"event": "error", "code": 10004, "description": "not authorized"},
            {},
            "error 10004: not authorized",
        ),
    ],
)
def test_what_cannot_be_taken_names_its_remedy(told: object, options: dict[str, Any], said: str) -> None:
    result = decode(told, **options)
    assert not result.events
    assert said in result.refused[0].reason


def test_a_wrapper_tells_each_of_its_objects_and_refuses_one_by_itself() -> None:
    wrapper = {"event": "message", "topic": "location_updates", "payload": [location(), location(floor=9)]}
    result = decode(wrapper)
    assert len(result.events) == len(result.refused) == 1
    assert json.loads(result.refused[0].payload)["floor"] == 9
    assert decode({"event": "subscribed", "topic": "location_updates"}) == Decoded()
    assert decode({**wrapper, "topic": "collision_events"}) == Decoded()
    assert len(decode([location(), fence()]).events) == 2


def test_trackables_are_told_instead_of_their_tag_under_their_own_names() -> None:
    result = decode(location(trackables=["t1", "t2"]), entities={"t1": "person/P1"})
    assert [event.entity for event in result.events] == ["person/P1", "agent/t2"]
    assert decode(location()).events == decode(location()).events


def test_fences_are_entered_and_left() -> None:
    into = decode(fence(), fences={"f1": "dock"}).events[0]
    out = decode(fence(event_type="region_exit", exit_time="2026-09-21T14:14:20.000Z")).events[0]
    assert (into.entity, into.body, into.happened_ms) == ("agent/t1", FenceCrossed("dock", True), NOW_MS)
    assert (out.body, out.happened_ms) == (FenceCrossed("f1", False), NOW_MS + 60_000)
    assert into.id != out.id


def test_without_a_time_it_happens_when_it_comes_unless_a_broker_had_kept_it() -> None:
    payload = json.dumps(location(timestamp_generated=None)).encode()
    made = OmloxDecoder(OmloxSettings.model_validate({"site": "S1", "level": "L0", "floors": {0: "L0"}}))
    assert made.decode(Message("t", payload, NOW_MS)).events[0].happened_ms == NOW_MS
    assert made.decode(RetainedMessage("t", payload, NOW_MS)) == Decoded()


def test_no_broken_message_breaks_the_decoder(mutations: Callable[..., Iterator[bytes]]) -> None:
    made = OmloxDecoder(
        OmloxSettings.model_validate({"site": "S1", "floors": {0: "L0"}, "georeference": SITE})
    )
    wrapper = {
        "event": "message",
        "topic": "location_updates",
        "payload": [location(course=3.0, trackables=["t"])],
    }
    told = (wrapper, location(8.0, 52.0, crs="EPSG:4326"), fence(), [location(), fence()])
    taken = 0
    for payload in mutations([json.dumps(one).encode() for one in told], 20_000, seed=3):
        result = made.decode(Message("omlox/ws", payload, NOW_MS))
        assert isinstance(result, Decoded)
        for event in result.events:
            taken += 1
            why = refusal(event, NOW_MS)
            assert why is None or "future" in why or "characters" in why or "1970" in why
    assert taken > 1_000
