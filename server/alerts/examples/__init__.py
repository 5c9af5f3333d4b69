"""Rules files to begin with, with their tests."""

from __future__ import annotations

from pathlib import Path

WAREHOUSE = Path(__file__).with_name("warehouse_alerts.yaml")
"""A rule of each kind, each with its tests."""
