"""Cells that a spreadsheet would take for formulas."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.audience.guard import guarded, unguarded

CELLS = st.text(st.sampled_from("'=+-@\t\r\nab ＝"), max_size=6) | st.text()


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1", "\n=1", "＝1", "'=1"])
def test_a_formula_gets_an_apostrophe(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "Ann", "'t Hart", "O'Brien", "a=b", " =1", "1-2", "'", "''"])
def test_all_else_is_left_alone(cell: str) -> None:
    assert (guarded(cell), unguarded(cell)) == (cell, cell)


@given(CELLS)
def test_taking_the_guard_away_gives_back_what_was_there(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell


@given(CELLS)
def test_no_guarded_cell_begins_as_a_formula(cell: str) -> None:
    assert not guarded(cell).startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))
