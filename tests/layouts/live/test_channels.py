"""Sensor channels: conversions against defined constants, inverses, and what is refused."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.live.channels import CHANNELS, channel_named, from_base, growth, to_base
from layouts.live.units import UNITS, unit_of


@pytest.mark.parametrize(
    ("channel", "value", "unit", "expected"),
    [
        # freezing, boiling, absolute zero and the crossing of the two scales
        ("temperature", 32, "°F", 0.0),
        ("temperature", 212, "FAH", 100.0),
        ("temperature", 0, "K", -273.15),
        ("temperature", -40, "[degF]", -40.0),
        ("temperature", 310.15, "KEL", 37.0),
        ("temperature", 46.4, "°F", 8.0),
        ("humidity", 45, "%RH", 0.45),
        ("humidity", 45, "P1", 0.45),
        ("absolute_humidity", 12.1, "A93", 12.1),
        ("vibration", 0.0045, "m/s", 4.5),
        ("vibration", 1, "in/s", 25.4),
        ("vibration_acceleration", 2, "g", 19.6133),
        ("speed", 160 / 3.6, "MTS", 160 / 3.6),
        ("speed", 36, "KMH", 10.0),
        ("pressure", 1, "bar", 100_000.0),
        ("pressure", 1013.25, "hPa", 101_325.0),
        ("pressure", 1, "psi", 6894.757293168361),  # NIST SP 811, appendix B.8
        ("stress", 235, "N/mm2", 235.0),
        ("stress", 2.35e8, "PAL", 235.0),
        ("strain", 0.1, "%", 1000.0),
        ("energy", 3.6, "MJ", 1.0),
        ("energy", 3.6, "3B", 1.0),
        ("energy", 12, "KWH", 12.0),
        ("power", 1.5, "kW", 1500.0),
        ("usage", 90, "min", 1.5),
        ("cycles", 7, "C62", 7.0),
        ("mass", 1, "lb", 0.45359237),
        ("mass", 26, "KGM", 26.0),
        ("distance", 1, "ft", 0.3048),
        ("co2", 0.04, "%vol", 400.0),
        ("illuminance", 800, "LUX", 800.0),
    ],
)
def test_values_of_other_units_agree_with_the_units_definitions(channel, value, unit, expected):
    assert to_base(channel_named(channel), value, unit) == pytest.approx(expected, rel=1e-15, abs=0)


@pytest.mark.parametrize("channel", CHANNELS.values(), ids=CHANNELS)
def test_each_unit_leads_back_to_the_value_it_came_from(channel):
    for unit in channel.units:
        for share in (0.0, 0.1, 1 / 3, 0.5, 0.77, 1.0):
            value = channel.low + share * (channel.high - channel.low)
            there = from_base(channel, value, unit)
            back = to_base(channel, there, unit) if channel.low < value < channel.high else value
            scale = max(abs(value), abs(channel.low) if unit in ("K", "°F") else 0.0)
            assert back == pytest.approx(value, rel=4e-16, abs=4e-16 * scale + 1e-300)


@given(st.floats(-273, 1999), st.floats(-273, 1999))
def test_conversion_keeps_order(one, other):
    channel = channel_named("temperature")
    low, high = sorted((one, other))
    assert from_base(channel, low, "°F") <= from_base(channel, high, "°F")


def test_every_spelling_of_a_quantity_names_one_unit_and_bases_are_among_them():
    for quantity, units in UNITS.items():
        spellings = [text for unit in units for text in (unit.name, *unit.spellings)]
        assert len(spellings) == len(set(spellings)), quantity
        assert any(unit.factor == 1 and unit.offset == 0 for unit in units), quantity
    for channel in CHANNELS.values():
        assert channel.unit in channel.units
        assert channel.low < channel.high
        assert channel.interval_s > 0


def test_psi_is_a_pound_force_on_a_square_inch():
    force = Fraction("0.45359237") * Fraction("9.80665")
    assert unit_of("pressure", "psi").factor == force / Fraction("0.0254") ** 2


def test_a_unit_of_another_quantity_is_refused_and_both_are_named():
    with pytest.raises(ValueError, match="unit 'bar' measures pressure, temperature is in K, °C or °F"):
        to_base(channel_named("temperature"), 21.0, "bar")
    with pytest.raises(ValueError, match="unit 'm/s²' measures acceleration, vibration is in"):
        to_base(channel_named("vibration"), 2.0, "m/s²")
    with pytest.raises(ValueError, match="unit 'mm/s' measures speed, vibration_acceleration is in"):
        to_base(channel_named("vibration_acceleration"), 2.0, "mm/s")
    with pytest.raises(ValueError, match="unit 'furlong' is not known: distance is in"):
        to_base(channel_named("distance"), 2.0, "furlong")


def test_milli_and_mega_are_told_apart_by_their_letter_and_never_guessed():
    power = channel_named("power")
    assert to_base(power, 1, "MW") == 1e6
    assert to_base(power, 1, "mW") == 1e-3
    with pytest.raises(ValueError, match="unit 'mw' is not known"):
        to_base(power, 1, "mw")
    with pytest.raises(ValueError, match="unit 'mpa' is not known"):
        to_base(channel_named("stress"), 1, "mpa")
    assert to_base(power, 1, "kw") == 1000.0


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, True, "21", None, 10**400])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(ValueError, match="is no number"):
        to_base(channel_named("temperature"), value, "°C")


@pytest.mark.parametrize(
    ("channel", "value", "unit"),
    [
        ("temperature", -274, "°C"),
        ("temperature", -0.01, "K"),
        ("temperature", -460, "°F"),
        ("humidity", 45, "1"),
        ("humidity", 100.1, "%"),
        ("energy", -1, "kWh"),
        ("energy", 1e308, "GJ"),
    ],
)
def test_what_cannot_be_is_refused(channel, value, unit):
    with pytest.raises(ValueError, match="is not within"):
        to_base(channel_named(channel), value, unit)


def test_an_unknown_channel_names_the_known_ones():
    with pytest.raises(ValueError, match="channel 'temp' is not known: channels are temperature, humidity"):
        channel_named("temp")


def test_a_counter_that_falls_was_reset_and_grew_by_what_it_shows():
    energy = channel_named("energy")
    assert growth(energy, 10.0, 12.5) == (2.5, False)
    assert growth(energy, 10.0, 0.5) == (0.5, True)
    with pytest.raises(ValueError, match="counters are energy, usage, cycles"):
        growth(channel_named("power"), 1.0, 2.0)
