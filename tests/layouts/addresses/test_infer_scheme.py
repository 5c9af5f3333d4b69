"""A scheme is found again in the list it made, with one row in fifty spoilt, and a doubt is told as one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.addresses.check_digit import CheckDigit
from layouts.addresses.fields import AddressField, FieldName
from layouts.addresses.findings import Listed
from layouts.addresses.infer_scheme import infer_scheme
from layouts.addresses.number_places import addresses
from layouts.addresses.sample import sample_of
from layouts.addresses.scheme import Scheme, Sides
from layouts.demo_hall import demo_hall
from spatial.errors import UndecidedError
from spatial.facility import Facility

Hall = Callable[..., Facility]


def spoilt(texts: list[str], *, seed: int = 0) -> list[str]:
    """One text in fifty mistyped, cut short or of another kind."""
    random = np.random.default_rng(seed)
    texts = list(texts)
    for row in random.choice(len(texts), len(texts) // 50, replace=False).tolist():
        text = texts[row]
        place = int(random.integers(len(text)))
        wrong = str(random.integers(10))
        texts[row] = (text[:place] + wrong + text[place + 1 :], text[:-1], f"DOCK {row}")[
            int(random.integers(3))
        ]
    return texts


def field(name: FieldName, **settings: Any) -> AddressField:
    return AddressField(name=name, **settings)


A, B, L, P = field("aisle"), field("bay"), field("level"), field("position")
LETTER = field("level", kind="letters", width=1)
FORMS: dict[str, Scheme] = {
    "default": Scheme(),
    "letter_level": Scheme(fields=(A, B, LETTER, field("position", width=1))),
    "no_separators": Scheme(fields=(A, field("bay", width=2), LETTER, P), separator=""),
    "only_digits": Scheme(fields=(A, B, L, field("position", width=1)), separator=""),
    "dots_and_tens": Scheme(
        fields=(A, field("bay", width=3, start=10, stride=10), L, P), separator=".", sides="loop"
    ),
    "prefix": Scheme(fields=(A, B, L, P), prefix="WH-"),
    "numbered_prefix": Scheme(fields=(A, B, L, P), prefix="WH1-"),
    "unpadded": Scheme(fields=(field("aisle", width=None), field("bay", width=None), L, P), separator="_"),
    "start_at_zero": Scheme(fields=(A, B, field("level", start=0), P)),
    "hundreds": Scheme(fields=(A, field("bay", width=3), L, P), blocks="new_hundred"),
    "check_10": Scheme(check=CheckDigit()),
    "check_11": Scheme(check=CheckDigit(modulus=11, before="-")),
    "check_97": Scheme(fields=(A, B, LETTER, P), separator="", check=CheckDigit(modulus=97)),
    "sides": Scheme(
        fields=(A, B, L, field("side", kind="names", names=("L", "R"), width=1), P), sides="same"
    ),
    "skipped": Scheme(fields=(field("aisle", skipped=(4,)), B, L, P)),
    "letter_aisle": Scheme(fields=(field("aisle", kind="letters", width=2), B, L, P)),
}


@pytest.mark.parametrize("name", FORMS)
def test_the_form_is_found_again_in_a_spoilt_list(grid_hall: Hall, name: str) -> None:
    scheme = FORMS[name]
    facility = grid_hall(aisles=6, bays=9, blocks=2, tiers=3, positions=3)
    texts = [*addresses(facility, scheme).values()]
    inferred = infer_scheme(spoilt(texts))
    assert inferred.is_decided, inferred.alternatives
    found = inferred.scheme
    assert [one.text(one.start) for one in found.fields] == [one.text(one.start) for one in scheme.fields]
    assert (found.example, found.separator, found.check) == (scheme.example, scheme.separator, scheme.check)
    assert [one.name for one in found.fields] == [one.name for one in scheme.fields]
    assert [one.stride for one in found.fields] == [one.stride for one in scheme.fields]
    assert [one.skipped for one in found.fields] == [one.skipped for one in scheme.fields]
    assert found.blocks == scheme.blocks
    assert 0.97 < inferred.share < 0.995
    assert 1 <= len(inferred.misfits) <= 5


@pytest.mark.parametrize("placed", [True, False])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"sides": "odd_right"},
        {"progression": "to_entry"},
        {"sides": "loop"},
        {"serpentine": True},
        {"aisles_from": "right"},
        {"positions": "left_to_right"},
        {"blocks": "own_aisles"},
        {"serpentine": True, "sides": "odd_right", "positions": "left_to_right", "aisles_from": "right"},
    ],
)
def test_the_hall_tells_how_its_aisles_are_counted(grid_hall: Hall, settings: Any, placed: bool) -> None:
    facility = grid_hall(aisles=3, bays=(3, 4, 5), blocks=2, positions=2)
    scheme = Scheme(**settings)
    named = addresses(facility, scheme)
    texts = spoilt([*named.values()])
    places = [place.center if placed else None for place in facility.locations]
    rows = [Listed(address=text, at=at) for text, at in zip(texts, places, strict=True)]
    inferred = infer_scheme(rows, facility)
    assert inferred.fit is not None
    assert inferred.fit > 0.95
    likeliest = (inferred.scheme, *inferred.alternatives)
    assert addresses(facility, scheme) in [addresses(facility, one) for one in likeliest]
    assert inferred.is_decided == placed


def test_the_hall_tells_where_digits_without_separators_are_cut(grid_hall: Hall) -> None:
    facility = grid_hall(aisles=12, bays=4, blocks=2, tiers=2, positions=2)
    fields = (A, field("bay", width=3), L, field("position", width=1))
    scheme = Scheme(fields=fields, separator="", blocks="new_hundred")
    named = addresses(facility, scheme)
    rows = [Listed(address=named[place.id], at=place.center) for place in facility.locations]
    inferred = infer_scheme(rows, facility)
    assert (inferred.fit, inferred.is_decided, addresses(facility, inferred.scheme)) == (1.0, True, named)


def test_a_sample_does_not_follow_the_order_of_what_it_is_of() -> None:
    positions = [1, 2, 3] * 300
    drawn = sample_of(positions, 300)
    assert len(drawn) == 300
    assert min(drawn.count(position) for position in (1, 2, 3)) > 70
    assert sample_of(positions, 900) == positions


@pytest.mark.parametrize("sides", ["odd_left", "odd_right"])
@pytest.mark.parametrize("yaw_rad", [0.0, 2.5])
def test_coordinates_alone_tell_the_odd_side(grid_hall: Hall, sides: Sides, yaw_rad: float) -> None:
    facility = grid_hall(yaw_rad=yaw_rad)
    scheme = Scheme(sides=sides, fields=(A, B, L))
    named = addresses(facility, scheme)
    rows = [Listed(address=named[place.id], at=place.center) for place in facility.locations]
    assert infer_scheme(rows).scheme.sides == sides
    assert infer_scheme([*named.values()]).notes[0].startswith("odd bays are assumed on the left")


def test_a_published_list_is_read_with_its_odd_side() -> None:
    history = Path(__file__).parents[3].parent / "shared" / "data" / "benchmarks" / "wms_history_synth"
    if not history.is_dir():
        pytest.skip("skipped: ../shared/data is not here")
    bays = pq.read_table(history / "coordinates.parquet").to_pylist()
    rows = [Listed(address=bay["bay_id"], at=(bay["x"], bay["y"], 0.0)) for bay in bays]
    inferred = infer_scheme(rows)
    assert (inferred.scheme.example, inferred.scheme.sides, inferred.is_decided) == (
        "A01-01",
        "odd_left",
        True,
    )
    assert (inferred.misfits, inferred.share) == (("DOCK",), 1000 / 1001)
    read = {bay["bay_id"]: inferred.scheme.parse(bay["bay_id"]) for bay in bays if bay["bay_id"] != "DOCK"}
    assert all(
        read[bay["bay_id"]] == {"aisle": bay["aisle"], "bay": bay["bay_number"]}
        for bay in bays
        if bay["bay_id"] in read
    )


def test_the_demo_hall_is_inferred_from_its_own_ids() -> None:
    facility = demo_hall()
    rows = [Listed(address=place.id, at=place.center) for place in facility.locations]
    inferred = infer_scheme(rows, facility)
    assert inferred.scheme == Scheme()
    assert (inferred.share, inferred.fit, inferred.is_decided, inferred.confidence) == (1.0, 1.0, True, 1.0)


def test_a_plain_list_of_a_symmetric_hall_cannot_say_which_side_is_odd() -> None:
    facility = demo_hall()
    inferred = infer_scheme([place.id for place in facility.locations], facility)
    sides = {scheme.sides for scheme in (inferred.scheme, *inferred.alternatives)}
    assert {"odd_left", "odd_right"} <= sides
    assert not inferred.is_decided
    assert inferred.confidence <= 0.5


def test_a_letter_before_three_numbers_may_be_a_zone_or_an_aisle() -> None:
    texts = [
        f"{zone}-{aisle:02}-{bay:02}-{level}"
        for zone in "ABC"
        for aisle in range(1, 9)
        for bay in range(1, 9)
        for level in range(1, 5)
    ]
    inferred = infer_scheme(texts)
    names = [tuple(one.name for one in s.fields) for s in (inferred.scheme, *inferred.alternatives)]
    assert ("zone", "aisle", "bay", "level") in names
    assert ("aisle", "bay", "level", "position") in names
    assert inferred.confidence == pytest.approx(1 / len(names))


def test_letters_that_are_left_out_are_found() -> None:
    texts = [
        f"{aisle}-{bay:02}-{level}" for aisle in "GHJKLMNP" for bay in range(1, 20) for level in (1, 2, 3)
    ]
    aisle = infer_scheme(texts).scheme.field("aisle")
    assert aisle is not None
    assert (aisle.kind, aisle.without, aisle.text(aisle.start)) == ("letters", "IO", "G")
    assert [aisle.text(aisle.nth(count)) for count in range(8)] == [*"GHJKLMNP"]


def test_a_list_without_a_form_is_no_scheme() -> None:
    with pytest.raises(UndecidedError, match="the list is empty"):
        infer_scheme([])
    with pytest.raises(UndecidedError, match="no form covers half of the 4 addresses"):
        infer_scheme(["01-02", "A1", "7", "X-Y-Z"])


CODES = st.from_regex(r"[a-z]?[0-9]{1,4}[A-Z]?", fullmatch=True)


@given(st.lists(st.text("AB019-. é", max_size=9), max_size=12) | st.lists(CODES))
def test_any_list_has_a_scheme_or_is_undecided(texts: list[str]) -> None:
    try:
        inferred = infer_scheme(texts)
    except UndecidedError:
        return
    assert 0 <= inferred.share <= 1
    assert inferred.scheme.parse(inferred.scheme.example)


def test_blanks_around_an_address_do_not_count() -> None:
    rows = [Listed(address=place.id, at=place.center) for place in demo_hall().locations]
    padded = [replace(row, address=f" {row.address}\t") for row in rows]
    assert infer_scheme(padded).scheme == infer_scheme(rows).scheme
