"""What an approval is bound to: whatever decides what readers get, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from newsletter.approval.evidence import Evidence, changes, evidence_of
from newsletter.checks import Cleared, clear
from newsletter.errors import RefusedSource
from newsletter.issue import load_issue

Look = Callable[[], Evidence]
Changed = Callable[[Evidence], tuple[str, ...]]
FILE = "issues/2023-12.yaml"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.fixture
def cleared(publication: Any) -> Cleared:
    """The issue as it is sent, made once."""
    return clear(publication.root / FILE, publication.config(), datetime.now(UTC))


# The issue file


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("subject: Empathy that is", "subject: Warmth that is", "subject"),
        ("Some words", "Other words", "intro"),
        ("subject:", "preheader: What helps\nsubject:", "preheader (new)"),
        ("subject:", "language: fr-CA\nsubject:", "language (new)"),
        ("subject:", "send_at: 2023-12-06 10:00\nsubject:", "send_at (new)"),
        ("subject: Empathy that is acted on\n", "", "subject (gone)"),
        ("title: Does empathy", "title: Can empathy", "summary 1, title"),
        ("1–9", "1–8", "summary 1, citation"),
        ("cou0000708", "cou0000709", "summary 1, doi"),
        ("    doi: 10.1037/cou0000708\n", "", "summary 1, doi (gone)"),
        ("type: Survey", "type: Meta-analysis", "summary 1, research_type"),
        ("[Empathy, Training]", "[Training, Empathy]", "summary 1, topics"),
        ("A team studied it.", "A team studied this.", "summary 1, summary"),
        ("Ask your patients.", "Ask them.", "summary 1, practice_implications"),
        ("Does training help?", "Does training work?", "summary 2, title"),
        ("    summary: |\n      It's", "    link: https://a.example/\n    summary: |\n      It's",
         "summary 2, link (new)"),
    ],
)  # fmt: skip
def test_each_field_of_an_issue_counts_and_is_named(
    publication: Any, look: Look, changed_since: Changed, old: str, new: str, told: str
) -> None:
    before = look()
    edit(publication.root / FILE, old, new)
    assert changed_since(before) == (f"{FILE}: {told}",)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("month:", "# to be read by the chair\nmonth:"),
        ("month: 2023-12", "month:  2023-12"),
        ("subject: Empathy that is acted on", 'subject: "Empathy that is acted on"'),
        ("      Train.\n", "      Train.\n\n\n"),
    ],
    ids=["comment", "space", "quotes", "end"],
)
def test_a_comment_counts_too(
    publication: Any, look: Look, changed_since: Changed, old: str, new: str
) -> None:
    before = look()
    edit(publication.root / FILE, old, new)
    assert changed_since(before) == (f"{FILE}: comments or layout",)


def test_ends_of_lines_count_and_a_byte_order_mark_is_no_text(
    publication: Any, look: Look, changed_since: Changed
) -> None:
    file = publication.root / FILE
    before, content = look(), file.read_bytes()
    file.write_bytes(content.replace(b"\n", b"\r\n"))
    assert changed_since(before) == (f"{FILE}: comments or layout",)
    file.write_bytes(b"\xef\xbb\xbf" + content)
    assert changed_since(before) == ()


def test_a_summary_that_comes_or_goes_is_told_as_a_whole(
    publication: Any, look: Look, changed_since: Changed
) -> None:
    two, file = look(), publication.root / FILE
    edit(file, '  - title: Does training help?\n    summary: |\n      It\'s what "trainers" say.\n'
               "    practice_implications: |\n      Train.\n", "")  # fmt: skip
    one = look()
    assert changes(two, one) == (f"{FILE}: summary 2 (gone)",)
    assert changes(one, two) == (f"{FILE}: summary 2 (new)",)


def test_what_was_changed_and_changed_back_is_what_was_approved(
    publication: Any, look: Look, changed_since: Changed
) -> None:
    before = look()
    edit(publication.root / FILE, "Ask your", "Tell your")
    assert changed_since(before)
    edit(publication.root / FILE, "Tell your", "Ask your")
    assert changed_since(before) == ()


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_edit_of_the_files_text_voids_it(
    publication: Any, cleared: Cleared, data: st.DataObject
) -> None:
    path, config = publication.write_issue(), publication.config()
    text = path.read_text("utf-8")
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, min(begin + 12, len(text))))
    characters = st.characters(codec="utf-8") | st.sampled_from(" \n\t#:'-\ufeff")
    edited = text[:begin] + data.draw(st.text(characters, max_size=4)) + text[end:]
    assume(edited.encode() != text.encode() and not edited.startswith("\ufeff"))
    path.write_bytes(edited.encode())
    try:
        file = load_issue(path, config)
    except RefusedSource:
        return  # what cannot be read is not sent
    # With the very same edition: the file's own text is enough.
    assert changes(cleared.evidence, evidence_of(file, cleared.edition, config))


def test_another_issues_file_changes_nothing(
    publication: Any, look: Look, changed_since: Changed, issue_text: str
) -> None:
    before = look()
    publication.write_issue(issue_text.replace("2023-12", "2023-11"), "2023-11.yaml")
    publication.write_issue("no: issue", "2024-01.yaml")
    assert changed_since(before) == ()


def test_a_path_is_named_alike_however_it_is_written(
    publication: Any, look: Look, tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    before, config, now = look(), publication.config(), datetime.now(UTC)
    link = tmp_path_factory.mktemp("elsewhere") / "publication"
    link.symlink_to(publication.root, target_is_directory=True)
    monkeypatch.chdir(publication.root / "templates")
    for path in (Path("../issues/2023-12.yaml"), link / FILE, publication.root / "." / FILE):
        assert clear(path, config, now).evidence == before


def test_a_publication_that_was_moved_keeps_its_approvals(
    publication: Any, look: Look, tmp_path_factory: pytest.TempPathFactory,
    make_publication: Callable[[Path], Any],
) -> None:  # fmt: skip
    before = look()
    other = make_publication(tmp_path_factory.mktemp("another machine"))
    path = other.write_issue()
    assert clear(path, other.config(), datetime.now(UTC)).evidence == before


def test_templates_beside_the_publication_may_be_moved_with_it(
    tmp_path: Path, make_publication: Callable[[Path], Any]
) -> None:
    found = []
    for place in ("here", "there"):
        root = tmp_path / place / "publication"
        root.mkdir(parents=True)
        publication = make_publication(root)
        (root / "templates").rename(root.parent / "common")
        edit(root / "newsletter.yaml", "language:", "templates: ../common\nlanguage:")
        config, path = publication.config(), publication.write_issue()
        found.append(clear(path, config, datetime.now(UTC)).evidence)
    assert found[0] == found[1]
    assert "../common/issue.mjml" in found[0].parts


# The encoded edition


SEALED = {
    "subject": "subject", "language": "language", "html": "html", "text": "text",
    "sender_name": "sender", "sender_email": "sender", "reply_to": "reply_to",
    "list_name": "name", "list_id": "list_id", "feedback_id": "sender", "web_url": "web_url",
}  # fmt: skip
"""What the fields of a letter come from."""


def test_everything_in_a_letter_but_its_date_counts(publication: Any, cleared: Cleared) -> None:
    file, config, edition = cleared.file, publication.config(), cleared.edition
    assert {*SEALED, "month", "date"} == {field.name for field in fields(cleared.letter)}
    sender = config.sender.model_copy(update={"name": "The network"})
    told = {"reply_to": "x@digest.example", "name": "x", "list_id": "x.example", "sender": sender,
            "web_url": "https://x.example"}  # fmt: skip
    for name in set(SEALED.values()):
        if name in told:
            update = {name: told[name]}
            now = evidence_of(file, edition, config.model_copy(update=update))
        else:
            value = getattr(edition, name)
            is_body = name in ("html", "text")
            other: Any = replace(value, parts=(*value.parts, "!")) if is_body else "x"
            now = evidence_of(file, replace(edition, **{name: other}), config)
            assert changes(cleared.evidence, now), name
        assert now.parts["edition"] != cleared.evidence.parts["edition"], name


def test_when_a_letter_is_made_is_no_part_of_it(publication: Any, cleared: Cleared) -> None:
    later = clear(cleared.file.path, publication.config(), datetime(2030, 1, 1, tzinfo=UTC))
    assert later.letter != cleared.letter
    assert later.evidence == cleared.evidence


# The same everywhere


SCRIPT = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from newsletter.checks import Cleared, clear
from newsletter.config import load_config
config = load_config(Path(sys.argv[1]), {})
cleared = clear(config.root / "issues" / "2023-12.yaml", config, datetime.now(UTC))
print(cleared.evidence.hash)
"""


def test_the_same_files_have_the_same_hash_in_every_process(publication: Any, look: Look) -> None:
    file = str(publication.root / "newsletter.yaml")
    here = {**os.environ, "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    for seed in ("0", "4242"):
        ran = subprocess.run(
            [sys.executable, "-c", SCRIPT, file],
            env={**here, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (ran.stdout.strip(), ran.stderr) == (look().hash, "")


def test_evidence_is_kept_as_text_and_read_again(look: Look) -> None:
    found = look()
    assert Evidence.from_json(found.to_json()) == found
    assert Evidence.from_json(found.to_json()).hash == found.hash
