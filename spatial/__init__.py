"""Frames, errors, the facility, its mesh and its navigation graph."""

from spatial.facility import Facility
from spatial.facility_json import read_facility, write_facility

__all__ = ["Facility", "read_facility", "write_facility"]
