"""What templates and merge fields left in the mail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from newsletter.config import Config

FIELDS = [
    "{{ reader.first_name }}",
    "{{first_name}}",
    "{% if reader %}",
    "*|FNAME|*",
    "%recipient.first_name%",
    "%recipient_email%",
    "%%FirstName%%",
    "%first_name%",
    "-unsubscribe-",
    "-unsubscribe_url-",
    "-first_name-",
    "[[name]]",
    "<%= name %>",
    "<<FirstName>>",
    "${first_name}",
    "{first_name}",
    "[unsubscribe]",
]


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_in_issue_text_is_an_error_that_says_why(desk: Any, field: str) -> None:
    found = desk.find(desk.with_study(summary=f"Dear {field}, read on."), "N409")
    assert [each.severity for each in found] == ["error"]
    assert found[0].message.startswith(f"'{field}' goes out as typed, since issue text is no")


@pytest.mark.parametrize("key", ["subject", "preheader", "intro"])
def test_every_text_is_looked_through(desk: Any, key: str) -> None:
    (found,) = desk.find(desk.issue(**{key: "Dear *|FNAME|*"}), "N409")
    assert found.column > 1


def test_a_field_is_told_where_it_stands(desk: Any) -> None:
    text = (
        "month: 2023-12\nsummaries:\n  - title: A\n    topics: ['{{ topic }}']\n    summary: |\n"
        "      One\n      two {{ three }}.\n    practice_implications: P\n"
    )
    found = desk.find(text, "N409")
    assert [(each.line, each.column) for each in found] == [(4, 15), (7, 11)]


@pytest.mark.parametrize(
    "text",
    [
        "a {set} of [15, 40] and {1, 2}, [[1]], 50% recipients 60%",
        "x << y >> z, $5 {each}, the [name] of [the therapist], #{1}",
        "in-the-moment -as they say- and self_report -the scale-",
        "see [it](https://www.apa.org/a-first_name-b/-c_d-)",
    ],
)
def test_signs_of_prose_are_no_fields(desk: Any, text: str) -> None:
    assert desk.find(desk.with_study(summary=text), "N409") == []


@pytest.mark.parametrize(
    ("line", "name", "left"),
    [
        ("Dear *|FNAME|*", "parts/footer.mjml", "*|FNAME|*"),
        ('<a href="https://a.org/-unsubscribe-">Off</a>', "parts/footer.mjml", "-unsubscribe-"),
        ("Dear {{ '{{ first_name }}' }}", "parts/footer.txt", "{{ first_name }}"),
        ("TODO: our address", "parts/footer.txt", "TODO"),
    ],
)
def test_what_is_left_in_a_template_is_told_with_its_name(
    desk: Any, with_template: Callable[..., Config], line: str, name: str, left: str
) -> None:
    (found,) = desk.find(desk.issue(), "N409", config=with_template(line, name))
    assert (found.line, found.column, found.severity) == (1, 1, "error")
    assert f"{name}: placeholder '{left}' left in the mail" in found.message


def test_what_is_left_in_the_configuration_is_told(desk: Any) -> None:
    config = desk.configured(postal_address="TODO")
    (found,) = desk.find(desk.issue(), "N409", config=config)
    assert found.message.startswith("newsletter.yaml: placeholder 'TODO' left in the mail")


def test_a_placeholder_of_the_issues_own_is_told_once(desk: Any) -> None:
    found = desk.find(desk.with_study(summary="TODO"), "N104", "N409")
    assert [each.code for each in found] == ["N104"]
