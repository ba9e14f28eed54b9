"""What Gmail clips."""

from __future__ import annotations

from typing import Any

import pytest

from newsletter.checks import GMAIL_CLIP, html_size
from newsletter.edition import render


@pytest.mark.parametrize(
    ("size", "severities"),
    [
        (80 * 1024, []),
        (80 * 1024 + 1, ["warning"]),
        (GMAIL_CLIP, ["warning"]),
        (GMAIL_CLIP + 1, ["error"]),
    ],
)
def test_html_that_gmail_would_clip_is_an_error_and_nearly_so_a_warning(
    desk: Any, size: int, severities: list[str]
) -> None:
    file = desk.load(desk.with_study(summary="x"))
    least = html_size(render(file.issue, desk.config), desk.config)
    findings = desk.find(desk.with_study(summary="x" * (1 + size - least)), "N401", "N402")
    assert [finding.severity for finding in findings] == severities
    codes = {"error": "N401", "warning": "N402"}
    assert all(finding.code == codes[finding.severity] for finding in findings)
    assert all("Gmail clips at 102 KB" in finding.message for finding in findings)
