"""What stands in the way of an edition, as the pages list it."""

from __future__ import annotations

from newsletter.errors import ConfigurationError, RefusedSource, TemplateError
from newsletter.web.preview.problem import Problem, problems_of
from newsletter.yaml_source import Finding


def test_a_path_may_look_like_a_problem() -> None:
    path = "a: error: b/2023-12.yaml"
    refused = RefusedSource([Finding(path, 3, 1, "odd: very odd")])
    assert problems_of(refused) == (Problem("odd: very odd", f"{path}:3:1"),)
    broken = TemplateError(f"{path}.mjml", 4, "no such tag: error: x")
    assert problems_of(broken) == (Problem("no such tag: error: x", f"{path}.mjml:4"),)
    unusable = ConfigurationError("odd: name.yaml:2:1: error: unknown key: 'x'")
    assert problems_of(unusable) == (Problem("unknown key: 'x'", "odd: name.yaml:2:1"),)


def test_what_has_no_place_is_told_without_one() -> None:
    error = ConfigurationError("NEWSLETTER_DATABASE: error: not an address")
    assert problems_of(error) == (Problem("NEWSLETTER_DATABASE: error: not an address"),)


def test_only_what_can_be_switched_off_has_a_code() -> None:
    found = [Finding("x", 1, 1, "m", "warning", code) for code in ("N001", "N101")]
    assert [problem.code for problem in problems_of(RefusedSource(found))] == ["", "N101"]


def test_the_systems_errors_name_their_file() -> None:
    error = OSError(36, "File name too long", "x")
    assert problems_of(error) == (Problem("File name too long", "x"),)
