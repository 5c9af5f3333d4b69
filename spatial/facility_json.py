"""facility.json: the interchange form of a Facility, validated whenever it is written or read.

The form follows the dataclasses of `spatial.facility` field by field. `facility.schema.json` (JSON Schema
2020-12) says what each field may hold, `facility_checks` what a schema cannot.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Any

import jsonschema_rs

from spatial.errors import BadDataError, InvalidFacilityError
from spatial.facility import Facility
from spatial.facility_checks import Fault, facility_faults
from spatial.facility_repairs import with_distinct_obstacles, with_location_boxes, without_lost_mates
from spatial.record_json import decode_record, encode_record
from spatial.whole_files import write_whole

FILE_NAME = "facility.json"
FAULTS_COUNTED = 100


def read_facility(path: Path) -> Facility:
    """The facility of a `facility.json`, or of a folder that holds one.

    Raises BadDataError when there is no such file, InvalidFacilityError (file, JSON path, value, bound) when
    it breaks its form.
    """
    path = path / FILE_NAME if path.is_dir() else path
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        remedy = f"name a {FILE_NAME} or a folder that holds one"
        raise BadDataError(f"{path}: {error.strerror}: {remedy}") from error
    except UnicodeDecodeError as error:
        raise InvalidFacilityError(f"{path}: byte {error.start} is not UTF-8: save it as UTF-8") from error
    return facility_from_json(_parse(text, str(path)), source=str(path))


def write_facility(path: Path, facility: Facility) -> None:
    """Write `facility` to the file `path`, or as `facility.json` into the folder `path`, whole or not at all.

    The same facility gives the same bytes. Raises InvalidFacilityError when it breaks its form.
    """
    path = path / FILE_NAME if path.is_dir() else path
    text = _one_line_per_element(facility_to_json(facility))
    with write_whole(path) as aside:
        aside.write_text(text, encoding="utf-8")


def facility_from_json(obj: Any, source: str = FILE_NAME) -> Facility:
    """The facility that a parsed JSON document describes; `source` names it in errors.

    What the file may leave out is filled in and what `facility_repairs` lists is mended. Raises
    InvalidFacilityError with the JSON path of the first fault.
    """
    _raise_first(_schema_faults(obj, source), source)
    obj = without_lost_mates(with_distinct_obstacles(obj, source), source)
    _raise_first(facility_faults(obj), source)
    return decode_record(Facility, with_location_boxes(obj))


def facility_to_json(facility: Facility) -> dict[str, Any]:
    """The JSON document of a facility: fields in the order of the dataclasses, then unknown ones; no nulls.

    Raises InvalidFacilityError with the JSON path of the first fault.
    """
    obj, source = encode_record(facility), f"facility {facility.id!r}"
    _raise_first(_schema_faults(obj, source), source)
    _raise_first(facility_faults(obj), source)
    return obj


def _parse(text: str, source: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InvalidFacilityError(f"{source}: {where}: {error.msg}: this is no JSON document") from error
    except (RecursionError, ValueError) as error:
        raise InvalidFacilityError(f"{source}: this is no sensible JSON document: {error}") from error


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


@cache
def _validator() -> jsonschema_rs.Draft202012Validator:
    schema = files("spatial").joinpath("facility.schema.json").read_text(encoding="utf-8")
    return jsonschema_rs.Draft202012Validator(json.loads(schema))


def _schema_faults(obj: Any, source: str) -> list[Fault]:
    try:
        return [_fault(error) for error in islice(_validator().iter_errors(obj), FAULTS_COUNTED)]
    except ValueError as error:
        raise InvalidFacilityError(f"{source}: a text or number has no JSON form: {error}") from error


def _raise_first(faults: Iterable[Fault], source: str) -> None:
    found = list(islice(faults, FAULTS_COUNTED))
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise InvalidFacilityError(f"{source}: {found[0].path}: {found[0].message}{more}")


def _fault(error: jsonschema_rs.ValidationError) -> Fault:
    path = "$" + "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in error.instance_path)
    return Fault(path, _wording(error))


def _wording(error: jsonschema_rs.ValidationError) -> str:
    """One sentence with the value, the bound and, where there is one, the remedy."""
    value, bound = _shortened(error.instance), error.kind.value
    match error.kind.name:
        case "minimum":
            return f"{value} is below {bound}"
        case "maximum":
            return f"{value} is above {bound}"
        case "exclusiveMinimum":
            return f"{value} is not above {bound}"
        case "required":
            return f"{bound!r} is missing: add it"
        case "const":
            return f"{value} is not {bound!r}, the only value this version reads"
        case "enum":
            return f"{value} is none of {', '.join(map(str, bound))}"
        case "type":
            return f"{value} is no {' or '.join(bound)}"
        case "minItems" | "minLength":
            return f"{value} is shorter than {bound}"
        case "maxItems":
            return f"{value} is longer than {bound}"
    return error.message


def _shortened(value: Any, longest: int = 60) -> str:
    text = "NaN or infinity" if value is None else repr(value)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _one_line_per_element(obj: Mapping[str, Any]) -> str:
    """JSON with one line for each element, so that a diff of two files shows the elements that changed."""
    parts = [f"{_dumps(name)}: {_element_lines(value)}" for name, value in obj.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _element_lines(value: Any) -> str:
    if not (isinstance(value, list) and value):
        return _dumps(value)
    return "[\n  " + ",\n  ".join(map(_dumps, value)) + "\n]"


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
