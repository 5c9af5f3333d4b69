import copy
import json
from importlib.resources import files

import pytest
from jsonschema_rs import meta

from layouts.readiness.registry import read_registry, registry_schema
from spatial.errors import BadDataError
from tests.layouts.readiness.clean_site import clean_site
from tests.layouts.readiness.test_assess import REGISTRY, assessed, of_sensor, put, without


def spoilt(name, **fields):
    registry = copy.deepcopy(REGISTRY)
    source = next(each for each in registry["sources"] if each["name"] == name)
    for field, value in fields.items():
        source.pop(field, None)
        if value is not None:
            source[field] = value
    return registry


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("owner", "no-owner"),
        ("retention_days", "no-retention"),
        ("scope", "no-scope"),
        ("every_s", "no-rate"),
    ],
)
def test_what_an_entry_lacks_is_a_finding(tmp_path, field, kind):
    (one,) = assessed(tmp_path, clean_site(2), registry=spoilt("climate", **{field: None})).findings
    assert (one.kind, one.column) == (kind, "sources.climate")


def test_a_source_without_its_file_and_a_sensor_without_its_entry_are_findings(tmp_path):
    tables = clean_site(2)
    del tables["lots"]
    put(tables, "readings", of_sensor(tables, "T-2"), sensor="X-2")
    found = assessed(tmp_path, tables, registry=spoilt("climate", about="T-*")).findings
    assert {(one.kind, one.got) for one in found} == {("missing-source", ""), ("unregistered-source", "X-2")}


def test_a_silent_sensor_is_stale_and_a_battery_free_tag_last_seen(tmp_path):
    tables = clean_site(2)
    for sensor in ("T-2", "TAG-9"):
        gone = {*of_sensor(tables, sensor)[-8:]}
        tables["readings"] = [row for number, row in enumerate(tables["readings"]) if number not in gone]
    found = assessed(tmp_path / "a", tables, registry=REGISTRY)
    (one,) = found.findings
    assert (one.kind, one.got) == ("stale-source", "T-2: last seen 4 h before the end of the data")
    state = {source.name: source for source in found.sources}
    assert state["climate"].freshness == "silent"
    assert state["tags"].freshness == "last seen"
    assert state["tags"].text.startswith("TAG-9 last seen 2 d")
    battery = assessed(tmp_path / "b", tables, registry=spoilt("tags", battery_free=None)).findings
    assert [each.kind for each in battery] == ["stale-source", "stale-source"]


@pytest.mark.parametrize(
    ("rules", "kind", "values"),
    [({"high": 40}, "rule-broken", ["41"]), ({"low": 2}, "rule-broken", ["1.9"]),
     ({"max_step": 3}, "rule-broken", ["7.5"]), ({"stuck_after_s": 7200}, "stuck", ["4"] * 7)],
)  # fmt: skip
def test_a_broken_rule_is_told_with_its_rows(tmp_path, rules, kind, values):
    tables = clean_site(2)
    tables["readings"] = [row for row in tables["readings"] if row["sensor"] == "T-1"]
    for row, value in enumerate(values, 100):
        put(tables, "readings", (row,), value=value)
    found = assessed(tmp_path, tables, registry=spoilt("climate", rules=rules)).findings
    one = next(each for each in found if each.kind == kind)
    assert one.rows[0] in (102, 107)
    assert "sources.climate" in one.expected


def test_completeness_retention_and_unit_are_held_against_the_log(tmp_path):
    tables = clean_site(2)
    gone = {*of_sensor(tables, "T-1")[1:-1:3]}
    tables["readings"] = [row for number, row in enumerate(tables["readings"]) if number not in gone]
    registry = spoilt("climate", retention_days=7, unit="°F", rules={"completeness": 0.9})
    kinds = {one.kind for one in assessed(tmp_path, tables, registry=registry).findings}
    assert {"incomplete-source", "over-retention", "unit-disagrees"} <= kinds


def test_tables_without_entries_are_told(tmp_path):
    tables = clean_site(2)
    without(tables, "readings", "channel")
    found = assessed(tmp_path, tables, registry={"sources": []}).findings
    assert {one.kind for one in found} == {"unregistered-source"}
    assert len(found) == len(tables)


@pytest.mark.parametrize(
    ("text", "said"),
    [("sources: [{name: a, table: readigs}]", "there is no table 'readigs'"),
     ("sources: [{name: a, table: lots}, {name: a, table: items}]", "source 'a' comes twice"),
     ("sources: [{name: a, table: lots, every_s: 0}]", "every_s"),
     ("sources: [{name: a, table: readings, rules: {low: 3, high: 1}}]", "low 3.0 is not below high 1.0")],
)  # fmt: skip
def test_a_wrong_registry_is_bad_data(tmp_path, text, said):
    (tmp_path / "sources.yaml").write_text(text)
    with pytest.raises(BadDataError, match=said):
        read_registry(tmp_path / "sources.yaml")


def test_the_shipped_schema_is_that_of_the_model():
    text = files("layouts.readiness").joinpath("sources.schema.json").read_text(encoding="utf-8")
    assert json.loads(text) == json.loads(json.dumps(registry_schema()))
    assert meta.is_valid(registry_schema())
