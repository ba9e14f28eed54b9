"""Of the templates' folder, whatever Jinja2 could take counts, by the files' bytes."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from newsletter.approval.evidence import Evidence, evidence_of
from newsletter.checks import clear

Look = Callable[[], Evidence]
Changed = Callable[[Evidence], tuple[str, ...]]


@pytest.fixture
def templates(publication: Any) -> Path:
    return Path(publication.root / "templates")


def test_each_template_counts_though_readers_see_no_difference(
    templates: Path, look: Look, changed_since: Changed
) -> None:
    before = look()
    files = sorted(path for path in templates.rglob("*") if path.is_file())
    assert len(files) > 2
    for path in files:
        content = path.read_bytes()
        path.write_bytes(content + b"{# seen by nobody #}")
        assert changed_since(before) == (f"templates/{path.relative_to(templates)}",)
        path.write_bytes(content)
    assert changed_since(before) == ()


def test_a_new_template_counts_and_a_removed_one(
    templates: Path, look: Look, changed_since: Changed
) -> None:
    before = look()
    (templates / "pieces").mkdir()
    (templates / "pieces" / "footer.mjml").write_text("<mj-text>Goodbye</mj-text>")
    assert changed_since(before) == ("templates/pieces/footer.mjml (new)",)
    after = look()
    (templates / "pieces" / "footer.mjml").unlink()
    assert changed_since(after) == ("templates/pieces/footer.mjml (gone)",)
    assert changed_since(before) == ()


def test_what_editors_keep_for_themselves_does_not_count(
    templates: Path, look: Look, changed_since: Changed
) -> None:
    before = look()
    for name in ("issue.mjml~", ".issue.mjml.swp", ".#issue.mjml", ".DS_Store"):
        (templates / name).write_text("half of something")
    (templates / ".#issue.txt").symlink_to("somebody@a-machine.4711")
    (templates / ".git").mkdir()
    (templates / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    assert changed_since(before) == ()


def test_a_hidden_template_that_is_included_counts_by_what_it_makes(
    templates: Path, look: Look, changed_since: Changed
) -> None:
    text = templates / "issue.txt"
    text.write_text(text.read_text("utf-8") + "{% include '.more.txt' %}\n", "utf-8")
    (templates / ".more.txt").write_text("More.")
    before = look()
    (templates / ".more.txt").write_text("Less.")
    assert changed_since(before) == (
        "edition: laid out otherwise, as by another version of newsletter",
    )


def test_what_links_lead_to_counts(
    templates: Path, look: Look, changed_since: Changed, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shared = tmp_path_factory.mktemp("shared")
    (shared / "footer.txt").write_text("Goodbye{# so far #}")
    (templates / "pieces").symlink_to(shared, target_is_directory=True)
    (templates / "footer.txt").symlink_to(shared / "footer.txt")
    text = templates / "issue.txt"
    text.write_text(text.read_text("utf-8") + "{% include 'pieces/footer.txt' %}\n", "utf-8")
    before = look()
    (shared / "footer.txt").write_text("Goodbye{# from now on #}")
    assert changed_since(before) == ("templates/footer.txt", "templates/pieces/footer.txt")


def test_links_that_lead_round_in_a_ring_end(templates: Path, look: Look) -> None:
    (templates / "again").symlink_to(templates, target_is_directory=True)
    (templates / "pieces").mkdir()
    (templates / "pieces" / "up").symlink_to("..", target_is_directory=True)
    (templates / "pieces" / "a.txt").write_text("a")
    (templates / "self.txt").symlink_to("self.txt")
    names = [name for name in look().parts if name.startswith("templates/")]
    assert "templates/pieces/a.txt" in names
    assert "templates/self.txt" in names
    assert len(names) < 20


def test_a_file_without_a_name_in_utf8_counts(
    templates: Path, look: Look, changed_since: Changed
) -> None:
    before = look()
    Path(os.fsdecode(os.fsencode(templates) + b"/caf\xe9.txt")).write_text("coffee")
    assert changed_since(before) == ("templates/caf\\xe9.txt (new)",)
    found = look()
    assert Evidence.from_json(found.to_json()) == found


def test_a_file_that_is_not_utf8_counts_by_its_bytes(
    templates: Path, look: Look, changed_since: Changed
) -> None:
    (templates / "old.txt").write_bytes(b"caf\xe9")
    before = look()
    (templates / "old.txt").write_bytes(b"caf\xe8")
    assert changed_since(before) == ("templates/old.txt",)


def test_a_large_file_counts_to_its_end(
    templates: Path, look: Look, changed_since: Changed
) -> None:
    (templates / "picture.svg").write_bytes(b"x" * 1_500_000 + b"a")
    before = look()
    (templates / "picture.svg").write_bytes(b"x" * 1_500_000 + b"b")
    assert changed_since(before) == ("templates/picture.svg",)


def test_a_pipe_among_the_templates_is_not_waited_for(
    templates: Path, look: Look, changed_since: Changed
) -> None:
    before = look()
    os.mkfifo(templates / "pipe")
    assert changed_since(before) == ("templates/pipe (new)",)
    with_pipe = look()
    (templates / "pipe").unlink()
    (templates / "pipe").write_text("a file")
    assert changed_since(with_pipe) == ("templates/pipe",)


def test_a_template_that_cannot_be_read_is_another_than_one_that_can(
    publication: Any, templates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cleared = clear(publication.root / "issues/2023-12.yaml", publication.config(),
                    datetime.now(UTC))  # fmt: skip
    opened = Path.open

    def refuse(path: Path, *how: Any, **more: Any) -> Any:
        if path.name == "issue.mjml":
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *how, **more)

    monkeypatch.setattr(Path, "open", refuse)  # root may read whatever it likes
    now = evidence_of(cleared.file, cleared.edition, publication.config())
    assert now.parts["templates/issue.mjml"] == "cannot be read: Permission denied"
    assert now.hash != cleared.evidence.hash
