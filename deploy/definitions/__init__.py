"""Definitions of communities that come with the software."""

from __future__ import annotations

from pathlib import Path

REFERENCE_COUNTY = Path(__file__).parent / "reference" / "county.toml"
"""The demonstration county, which ``paidan up`` runs unless told otherwise; its roster lies beside it."""
