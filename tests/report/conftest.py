"""The runs that the tests of this folder share."""

from __future__ import annotations

from tests.report.runs import (
    before_run,
    gated_run,
    hostile_page,
    hostile_run,
    small_page,
    small_run,
)

__all__ = ["before_run", "gated_run", "hostile_page", "hostile_run", "small_page", "small_run"]
