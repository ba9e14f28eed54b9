"""Of newsletter.yaml, what shows in a mail counts, and is named; the rest does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from newsletter.approval.evidence import Evidence
from newsletter.config import Config

Look = Callable[[], Evidence]
Changed = Callable[[Evidence], tuple[str, ...]]
LOGO = "logo: {src: https://a.example/l.png, alt: L, width: 9, height: 9}\n"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("name: Practice Digest", "name: The Digest", "name"),
        ("for practice", "for all", "tagline"),
        ("en-CA", "en-GB", "language"),
        ("America/Toronto", "America/Vancouver", "timezone"),
        ("language:", "reply_to: ed@digest.example\nlanguage:", "reply_to"),
        ("language:", "list_id: monthly.digest.example\nlanguage:", "list_id"),
        ("136 Jean", "137 Jean", "postal_address"),
        ("/contact\n", "/write\n", "contact"),
        ("//news.", "//mail.", "web_url"),
        ("language:", f"{LOGO}language:", "logo"),
    ],
)  # fmt: skip
def test_each_setting_that_shows_in_a_mail_counts_and_is_named(
    publication: Any, look: Look, changed_since: Changed, old: str, new: str, told: str
) -> None:
    before = look()
    edit(publication.root / "newsletter.yaml", old, new)
    assert changed_since(before) == (f"newsletter.yaml: {told}",)


def test_each_part_of_the_logo_counts(publication: Any, look: Look, changed_since: Changed) -> None:
    settings_file = publication.root / "newsletter.yaml"
    edit(settings_file, "language:", f"{LOGO}language:")
    before = look()
    for old, new in (
        ("l.png", "m.png"),
        ("alt: L", "alt: M"),
        ("th: 9", "th: 8"),
        ("t: 9", "t: 8"),
    ):
        edit(settings_file, old, new)
        assert changed_since(before) == ("newsletter.yaml: logo",)
        edit(settings_file, new, old)


@pytest.mark.parametrize(
    ("old", "new", "sender"),
    [
        ("name: PPRNet", "name: The network", "The network <news@digest.example>"),
        ("news@digest", "post@digest", "PPRNet <post@digest.example>"),
    ],
)
def test_of_the_sender_the_old_and_the_new_are_told(
    publication: Any, look: Look, changed_since: Changed, old: str, new: str, sender: str
) -> None:
    before = look()
    edit(publication.root / "newsletter.yaml", old, new)
    assert changed_since(before) == (f"sender: {sender}, was PPRNet <news@digest.example>",)


def test_what_decides_nothing_that_readers_get_changes_nothing(
    publication: Any, look: Look, changed_since: Changed
) -> None:
    before = look()
    more = """\
schedule: {day: last weekday, time: "07:30", grace: 2d}
approval: none
approvers: [the chair]
operators: [ops@digest.example]
reviewers: [ed@digest.example]
checks: {off: [N101]}
database: sqlite:///other.db
words: spellings.txt
crossref: {mailto: ed@digest.example}
trusted_proxies: [127.0.0.1]
delivery: {provider: smtp, rate: 60/minute, smtp: {host: mail.digest.example}}
"""
    settings_file = publication.root / "newsletter.yaml"
    text = settings_file.read_text("utf-8").replace("[Adherence, ", "[Adherence, Alliance, ")
    settings_file.write_text(f"# ours\n{text}{more}", "utf-8")
    (publication.root / "spellings.txt").write_text("PPRNet\n")
    assert publication.config().schedule.day == "last weekday"
    assert changed_since(before) == ()


def test_a_setting_that_only_a_template_shows_counts_by_what_it_makes(
    publication: Any, look: Look, changed_since: Changed
) -> None:
    edit(publication.root / "templates" / "issue.txt", "", "{{ publication.schedule.day }}\n")
    before = look()
    edit(publication.root / "newsletter.yaml", "language:", "schedule: {day: '15'}\nlanguage:")
    assert changed_since(before) == (
        "edition: laid out otherwise, as by another version of newsletter",
    )


def test_each_key_of_the_configuration_is_bound_or_known_to_decide_nothing(look: Look) -> None:
    bound = {
        "name", "tagline", "language", "timezone", "sender", "postal_address", "contact",
        "web_url", "reply_to", "list_id", "logo",
    }  # fmt: skip
    deciding_nothing = {
        "issues", "templates", "words", "database", "schedule", "approval", "approvers",
        "operators", "reviewers", "topics", "research_types", "checks", "crossref",
        "trusted_proxies", "delivery", "file",
    }  # fmt: skip
    assert set(Config.model_fields) == bound | deciding_nothing
    names = {name.partition(": ")[2] for name in look().parts
             if name.startswith("newsletter.yaml: ")}  # fmt: skip
    assert names == bound - {"sender"}
