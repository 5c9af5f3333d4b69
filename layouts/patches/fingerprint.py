"""One hash for one facility, however its file is written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from spatial.facility import Facility
from spatial.record_json import decode_record, encode_record


def normalised(facility: Facility) -> Facility:
    """The facility as it is read from its own file: a length given as 1 is 1.0."""
    return decode_record(Facility, encode_record(facility))


def facility_sha256(facility: Facility) -> str:
    """Of all that facility.json says, without white space."""
    return _sha256(encode_record(normalised(facility)))


def content_sha256(facility: Facility) -> str:
    """The same without where it comes from, so that halls alike by different ways have one."""
    record = encode_record(normalised(facility))
    return _sha256({name: value for name, value in record.items() if name != "provenance"})


def dumped(value: Any) -> str:
    """JSON in which two values are the same text only if they are the same to the last bit."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _sha256(record: Mapping[str, Any]) -> str:
    return hashlib.sha256(dumped(record).encode()).hexdigest()
