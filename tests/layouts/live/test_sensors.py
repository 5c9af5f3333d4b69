"""Sensor bindings: read from a file, refuse wrong units, ranges and doubles."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from layouts.live.sensors import SensorBinding, read_sensors
from spatial.errors import BadDataError


def test_a_binding_reads_in_its_own_unit_and_refuses_what_it_cannot_read(tmp_path):
    path = tmp_path / "sensors.yaml"
    path.write_text(
        "sensors:\n- {sensor: T-1, entity: zone/cold, channel: temperature, unit: °F, low: -40, high: 122}\n"
    )
    binding = read_sensors(path).of("T-1", "temperature")
    assert binding.read(32) == 0.0
    assert binding.read(5, "°C") == 5.0
    assert binding.every_s == 300
    assert binding.range == (-40.0, 50.0)
    with pytest.raises(ValueError, match="temperature 60 of sensor 'T-1' is not within -40 and 50 °C"):
        binding.read(140)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"unit": "bar"}, "unit 'bar' measures pressure"),
        ({"channel": "warmth"}, "channel 'warmth' is not known"),
        ({"entity": "fridge/1"}, "entity 'fridge/1' is not KIND/NAME"),
        ({"low": 5, "high": 5}, "low 5.0 is not below high 5.0"),
    ],
)
def test_a_binding_that_cannot_be_is_refused_when_it_is_read(wrong, said):
    fields = {"sensor": "T-1", "entity": "zone/cold", "channel": "temperature", "low": -30, "high": 40}
    with pytest.raises(ValidationError, match=said):
        SensorBinding(**(fields | wrong))


def test_two_bindings_of_one_sensor_and_channel_are_refused(tmp_path):
    path = tmp_path / "sensors.yaml"
    path.write_text("sensors:\n" + "- {sensor: T, entity: zone/a, channel: humidity}\n" * 2)
    with pytest.raises(BadDataError, match="sensor 'T' has two bindings for humidity"):
        read_sensors(path)
