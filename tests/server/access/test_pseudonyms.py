"""People as pseudonyms: the same within a period, nobody's across periods, and for good once the key is gone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.live.events import (
    AlertChanged,
    Body,
    LiveEvent,
    Noted,
    Position,
    Reading,
    VehicleState,
    Work,
    encode_event,
    refusal,
)
from server.access.errors import ForgottenError
from server.access.people import FREE_TEXT, NAMING, hide_people
from server.access.private_files import write_private
from server.access.pseudonyms import DAY_MS, HOUR_MS, Pseudonyms
from server.access.settings import PseudonymSettings
from server.intake.group_commit import GroupCommit
from server.store.opening import open_store
from spatial.errors import BadDataError

MONDAY = 20_724 * DAY_MS  # 2026-09-28
NOON = MONDAY + 12 * HOUR_MS


class Clock:
    now_ms = NOON

    def __call__(self) -> int:
        return self.now_ms


def pseudonyms(path: Path, clock: Clock | None = None, **options: Any) -> Pseudonyms:
    settings = PseudonymSettings(keys=path / "people.json", **{"agents": ("P*", "picker *"), **options})
    return Pseudonyms(settings, now_ms=clock or Clock())


def test_a_person_is_the_same_all_day_and_another_tomorrow(tmp_path: Path) -> None:
    people = pseudonyms(tmp_path)
    name = people.of("Anna", MONDAY)
    assert re.fullmatch(r"picker-[0-9a-f]{10}", name)
    assert people.of("Anna", MONDAY + DAY_MS - 1) == name == pseudonyms(tmp_path).of("Anna", NOON)
    others = {
        people.of("Anna", MONDAY - 1),
        people.of("Anna", MONDAY + DAY_MS),
        people.of("Berta", NOON),
        people.of("anna", NOON),
    }
    assert len(others | {name}) == 5


def test_weeks_begin_on_monday_and_periods_turn_at_the_hour_that_was_chosen(tmp_path: Path) -> None:
    weekly = pseudonyms(tmp_path, period="week")
    assert weekly.of("A", MONDAY) == weekly.of("A", MONDAY + 7 * DAY_MS - 1) != weekly.of("A", MONDAY - 1)
    (tmp_path / "people.json").unlink()
    shifted = pseudonyms(tmp_path, turn_hour_utc=5)
    assert (
        shifted.of("A", MONDAY)
        == shifted.of("A", MONDAY + 5 * HOUR_MS - 1)
        != shifted.of("A", MONDAY + 5 * HOUR_MS)
    )


def test_without_the_key_nobody_goes_back(tmp_path: Path) -> None:
    clock = Clock()
    people = pseudonyms(tmp_path, clock, keep_days=3)
    before = people.of("Anna", NOON)
    clock.now_ms = NOON + 3 * DAY_MS
    assert people.forget() == 0
    assert people.of("Anna", NOON) == before
    key = people.key_at(NOON)
    assert key is not None
    clock.now_ms = NOON + 4 * DAY_MS
    assert people.forget() == 1
    assert people.of("Anna", NOON) == people.of("Berta", NOON) == "picker-forgotten"
    assert key.hex() not in (tmp_path / "people.json").read_text()
    assert pseudonyms(tmp_path, clock, keep_days=30).of("Anna", NOON) != before, "a new key is another"


def test_an_old_key_goes_when_a_new_one_comes_even_if_nobody_asks(tmp_path: Path) -> None:
    clock = Clock()
    people = pseudonyms(tmp_path, clock, keep_days=1)
    people.of("Anna", NOON)
    clock.now_ms = NOON + 2 * DAY_MS
    people.of("Anna", clock.now_ms)
    assert list(msgspec.json.decode((tmp_path / "people.json").read_bytes())["keys"]) == ["20726"]


def test_times_far_off_make_no_keys(tmp_path: Path) -> None:
    people = pseudonyms(tmp_path)
    for at_ms in (0, NOON - 15 * DAY_MS, NOON + 2 * DAY_MS, NOON + 10**15):
        assert people.of("Anna", at_ms) == "picker-forgotten"
    assert not (tmp_path / "people.json").exists()


def test_keys_are_private_random_and_shared_by_processes(tmp_path: Path) -> None:
    one, other = pseudonyms(tmp_path), pseudonyms(tmp_path)
    assert one.of("Anna", NOON) == other.of("Anna", NOON)
    assert other.of("Anna", NOON + DAY_MS) == one.of("Anna", NOON + DAY_MS)
    path = tmp_path / "people.json"
    assert path.stat().st_mode & 0o777 == 0o600
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert pseudonyms(elsewhere).of("Anna", NOON) != one.of("Anna", NOON)
    path.chmod(0o644)
    with pytest.raises(BadDataError, match="mode 0644"):
        pseudonyms(tmp_path)
    for data in (
        b"{}",
        b'{"form":"x","period":"day","keys":{}}',
        b'{"form":"aisletwin.pseudonyms/1","period":"week","keys":{}}',
    ):
        write_private(path, data)
        with pytest.raises(BadDataError):
            pseudonyms(tmp_path)


def event(entity: str, body: Body, **options: Any) -> LiveEvent:
    told = {"id": "wms:0123", "site": "S", "source": "wms", "happened_ms": NOON} | options
    return LiveEvent(entity=entity, body=body, **told)


NAMES = ("Anna Muster", "P17", "picker 9")
POSITION = Position("L0", 1.0, 2.0)
NAMING_EVENTS = [
    event("person/Anna Muster", POSITION),
    event("agent/P17", POSITION),
    event(
        "agent/picker 9", Work("pick", NOON - 1, "L0", ((0.0, 0.0),), blocked_by="P17", resource="picker 9")
    ),
    event("agent/AGV-1", Work("wait", NOON - 1, "L0", ((0.0, 0.0),), blocked_by="P17")),
    event("alert/slow/agent/P17", AlertChanged("slow", "agent/P17", "raised")),
    event(
        "alert/slow/person/Anna Muster", AlertChanged("slow", "person/Anna Muster", "acknowledged", by="P17")
    ),
    event("location/01", Noted("seen", by="Anna Muster", closes="alert/slow/agent/P17")),
    event("location/01", Noted("seen", by="person/Anna Muster")),
]


@pytest.mark.parametrize("told", NAMING_EVENTS, ids=str)
def test_no_name_is_left_in_an_event_and_the_log_takes_it(tmp_path: Path, told: LiveEvent) -> None:
    people = pseudonyms(tmp_path)
    hidden = hide_people(told, people)
    text = encode_event(hidden.event).decode()
    assert not [name for name in NAMES if name in text]
    assert hidden.event.id != told.id
    assert refusal(hidden.event, NOON) is None
    assert hide_people(told, people) == hidden, "told twice, it is known"
    assert hide_people(hidden.event, people) == (hidden.event, hidden.left_alone), "hidden twice, it stays"
    assert (hidden.event.site, hidden.event.source, hidden.event.happened_ms) == ("S", "wms", NOON)


def test_one_person_is_one_wherever_named(tmp_path: Path) -> None:
    people = pseudonyms(tmp_path)
    name = people.of("P17", NOON)
    assert hide_people(NAMING_EVENTS[1], people).event.entity == f"agent/{name}"
    alert = hide_people(NAMING_EVENTS[4], people).event
    assert (alert.entity, getattr(alert.body, "about", "")) == (f"alert/slow/agent/{name}", f"agent/{name}")


@pytest.mark.parametrize(
    "told",
    [
        event("agent/AGV-1", VehicleState(order="P17")),
        event("sensor/P17", Reading("temperature", 4.0)),
        event("alert/cold/sensor/T-1", AlertChanged("cold", "sensor/T-1", "raised", by="cold")),
        event("alert/cold/sensor/T-1", AlertChanged("cold", "sensor/T-1", "escalated", by="escalation")),
        event("location/01", Noted("moved", by="wms")),
        event("agent/AGV-1", Work("wait", NOON - 1, "L0", ((0.0, 0.0),), blocked_by="AGV-2", resource="A3")),
    ],
    ids=str,
)  # fmt: skip
def test_what_names_nobody_stays_byte_for_byte(tmp_path: Path, told: LiveEvent) -> None:
    assert encode_event(hide_people(told, pseudonyms(tmp_path)).event) == encode_event(told)


def test_free_text_is_left_alone_and_told(tmp_path: Path) -> None:
    hidden = hide_people(event("location/01", Noted("ask Anna", by="Anna")), pseudonyms(tmp_path))
    assert hidden.left_alone == ("text",)
    assert getattr(hidden.event.body, "text", "") == "ask Anna"


def test_an_id_does_not_tell_whom_it_was_made_of(tmp_path: Path) -> None:
    """Whoever guesses a name cannot check the guess by making the id anew."""
    people = pseudonyms(tmp_path)
    first, again = (
        hide_people(event("agent/P17", POSITION, id=name), people).event.id for name in ("a", "a")
    )
    other = hide_people(event("agent/P17", POSITION, id="b"), people).event.id
    assert first == again != other
    tomorrow = hide_people(event("agent/P17", POSITION, id="a", happened_ms=NOON + DAY_MS), people).event.id
    assert tomorrow != first


def test_an_event_told_again_when_its_key_is_gone_is_never_recorded_twice(tmp_path: Path) -> None:
    """With its key it had another id: the log could not know it again."""
    clock = Clock()
    people = pseudonyms(tmp_path, clock, keep_days=3)
    told = event("agent/P17", POSITION, id="a")
    other = pseudonyms(tmp_path, clock, keep_days=3)  # a process that has seen nothing of it
    first = hide_people(told, people).event.id
    clock.now_ms = NOON + 3 * DAY_MS
    assert hide_people(told, people).event.id == first
    clock.now_ms = NOON + 4 * DAY_MS
    for is_forgotten in (False, True):
        if is_forgotten:
            assert people.forget() == 1
        for each in (people, other, pseudonyms(tmp_path, clock, keep_days=3)):
            with pytest.raises(ForgottenError, match=r"whose period's key is destroyed.*or raise keep_days"):
                hide_people(told, each)
    with pytest.raises(ForgottenError):  # a new key gives another id
        hide_people(told, pseudonyms(tmp_path, clock, keep_days=30))
    unnamed = event("sensor/a", Reading("temperature", 5.0), id="b")
    assert hide_people(unnamed, people).event is unnamed


def test_history_of_before_there_were_keys_is_taken_and_known_again(tmp_path: Path) -> None:
    people = pseudonyms(tmp_path, keep_days=3)
    old = event("agent/P17", POSITION, id="a", happened_ms=NOON - 9 * DAY_MS)
    one, again = (hide_people(old, each).event for each in (people, pseudonyms(tmp_path, keep_days=3)))
    assert one == again
    assert one.entity == "agent/picker-forgotten"


def test_what_was_forgotten_is_refused_on_the_way_in(tmp_path: Path) -> None:
    clock = Clock()
    people = pseudonyms(tmp_path, clock, keep_days=3)
    told, fresh = event("agent/P17", POSITION, id="a"), event("sensor/a", Reading("temperature", 5.0), id="b")

    def rewrite(each: LiveEvent) -> LiveEvent | str:
        try:
            return hide_people(each, people).event
        except ForgottenError as error:
            return str(error)

    store = open_store(tmp_path / "log.sqlite")
    intake = GroupCommit(store, now_ms=clock, rewrite=rewrite)
    assert intake.write([told]).recorded == 1
    assert intake.write([told]).known == 1
    clock.now_ms = NOON + 10 * DAY_MS
    receipt = intake.write([told, fresh])
    assert (receipt.recorded, receipt.known) == (1, 0)
    assert [refused for refused, _ in receipt.refused] == [told]
    assert "raise keep_days" in receipt.refused[0][1]
    assert (store.head(), intake.written.refused) == (2, 1)
    intake.stop()
    store.close()


@given(st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=60))
def test_other_names_are_others(one: str, other: str) -> None:
    people = SHARED
    assert (people.of(one, NOON) == people.of(other, NOON)) == (one == other)


PLAIN = {
    "alert": {"rule", "step", "severity", "until_ms"},
    "link": {"is_up"},
    "moved": {
        "sku",
        "quantity",
        "from_place",
        "to_place",
        "lot",
        "handling_unit",
        "disposition",
        "order",
        "into_unit",
        "made_by",
    },
    "note": set(),
    "vehicle": {"mode", "battery", "is_charging", "is_driving", "is_paused", "order", "node", "load"},
    "work": {
        "kind",
        "start_ms",
        "level",
        "path",
        "cause",
        "location",
        "order",
        "sku",
        "quantity",
        "job",
        "aisle",
    },
    "position": {"level", "x_m", "y_m", "z_m", "yaw_rad", "speed_m_s", "sigma_m"},
    "fence": {"fence", "is_inside"},
    "reading": {"channel", "value"},
    "counted": {"sku", "place", "quantity", "source", "lot", "handling_unit"},
    "seen": {"place", "source", "confidence", "is_empty", "sku", "quantity", "lot", "handling_unit"},
    "lot": {"sku", "lot", "made_ms", "expires_ms", "shelf_life_h", "reference_c", "q10", "activation_kj_mol"},
    "sku": {"name", "unit_value", "mass_kg"},
    "order": {"lines", "due_ms", "wave"},
    "closed": {"how"},
    "inbound": {"sku", "quantity", "due_ms", "expected_ms", "status", "supplier"},
    "location": {"state", "confidence"},
}


@pytest.mark.parametrize("body", get_args(Body), ids=lambda body: body.__struct_config__.tag)
def test_every_field_of_every_event_was_thought_of(body: Any) -> None:
    """A field that is new fails here: say whether it names a person, is free text, or neither."""
    tag = body.__struct_config__.tag
    known = [NAMING.get(tag, frozenset()), FREE_TEXT.get(tag, frozenset()), frozenset(PLAIN[tag])]
    assert sorted(name for fields in known for name in fields) == sorted(body.__struct_fields__)


@pytest.fixture(autouse=True, scope="module")
def _shared(tmp_path_factory: pytest.TempPathFactory) -> None:
    global SHARED
    SHARED = pseudonyms(tmp_path_factory.mktemp("people"))


SHARED: Pseudonyms
