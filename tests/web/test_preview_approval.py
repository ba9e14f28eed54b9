"""What the preview's pages say of an issue's approval."""

from __future__ import annotations

import html
import re
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest
import time_machine
from sqlalchemy import Engine, insert

from newsletter.approval.record import record, withdraw
from newsletter.checks import clear
from newsletter.config import Config
from newsletter.store import mailings, now_utc, open_store, writing
from newsletter.web.preview import desk as desk_module
from newsletter.web.preview import proof as proof_module
from newsletter.web.preview.desk import Desk

Get = Callable[..., httpx.Response]
AT = datetime(2023, 12, 1, 14, 12, tzinfo=UTC)
"""09:12 in Toronto."""
FINISHED = {"state": "finished", "finished_at": "2023-12-05T14:31:00.000+00:00"}


@pytest.fixture
def store(publication: Path) -> Iterator[Engine]:
    """The publication's database, made on 2023-11-20."""
    with time_machine.travel(datetime(2023, 11, 20, tzinfo=UTC), tick=False):
        engine = open_store("sqlite:///newsletter.db", publication)
    yield engine
    engine.dispose()


def approve(store: Engine, config: Config, by: str = "the editor", month: str = "2023-12") -> None:
    cleared = clear(config.issues_path / f"{month}.yaml", config, AT)
    with time_machine.travel(AT, tick=False), writing(store) as connection:
        record(connection, month, by, cleared.evidence, cleared.letter.subject)


def mail(store: Engine, **values: Any) -> None:
    row = {
        "issue": "2023-12", "kind": "real", "provider": "smtp", "letter": "{}", "letter_hash": "",
        "total": 1, "recipients": 1, "planned_at": now_utc(), **values,
    }  # fmt: skip
    with writing(store) as connection:
        connection.execute(insert(mailings).values(row))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def stamps(answer: httpx.Response) -> list[str]:
    """What a page says of approvals, as it is read."""
    found = re.findall(r'<(p|details) class="stamp"(.*?)</\1>', answer.text, re.DOTALL)
    words = (re.sub(r"<[^>]+>", "", body.partition(">")[2]) for _, body in found)
    return [" ".join(html.unescape(each).split()) for each in words]


@pytest.mark.parametrize("address", ["/", "/2023-12", "/2023-12?view=text"])
def test_an_approval_that_holds_is_shown_with_who_and_when(
    get: Get, store: Engine, config: Config, address: str
) -> None:
    approve(store, config)
    assert "Approved by the editor, 2023-12-01 09:12" in stamps(get(address))


def test_an_approval_given_or_withdrawn_meanwhile_shows_on_reload(
    get: Get, store: Engine, config: Config
) -> None:
    assert stamps(get("/2023-12")) == ["Not approved yet"]
    approve(store, config)
    assert stamps(get("/2023-12")) == ["Approved by the editor, 2023-12-01 09:12"]
    with writing(store) as connection:
        withdraw(connection, "2023-12")
    assert stamps(get("/2023-12")) == ["Not approved yet"]


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("issues/2023-12.yaml", "(2023). Warmth", "(2022). Warmth", "summary 1, citation"),
        ("templates/words.j2", "In this issue", "Contents", "templates/words.j2"),
        ("newsletter.yaml", "tagline: Two", "tagline: Three", "newsletter.yaml: tagline"),
    ],
)
def test_what_has_changed_since_is_shown_until_it_is_undone(
    get: Get, store: Engine, config: Config, publication: Path, name: str, old: str, new: str,
    told: str,
) -> None:  # fmt: skip
    approve(store, config)
    edit(publication / name, old, new)
    for address in ("/", "/2023-12"):
        assert stamps(get(address))[0] == f"Changed since the editor approved it: {told}"
    edit(publication / name, new, old)
    assert stamps(get("/2023-12")) == ["Approved by the editor, 2023-12-01 09:12"]


def test_many_changes_are_counted_and_all_of_them_can_be_unfolded(
    get: Get, store: Engine, config: Config, publication: Path
) -> None:
    approve(store, config)
    path = publication / "issues/2023-12.yaml"
    for word in ("Warmth and", "What warmth does", "This month", "not enough", "Limits"):
        edit(path, word, f"{word} too")
    (told,) = stamps(get("/2023-12"))
    assert told == (
        "Changed since the editor approved it, in 5 places "
        "subject preheader intro summary 1, title summary 2, title"
    )
    assert stamps(get("/"))[0] == (
        "Changed since the editor approved it: subject; preheader; intro; and 2 more"
    )


def test_with_no_approval_required_none_is_missed(
    get: Get, store: Engine, config: Config, publication: Path
) -> None:
    edit(publication / "newsletter.yaml", "tagline:", "approval: none\ntagline:")
    assert stamps(get("/2023-12")) == []
    approve(store, config)
    assert stamps(get("/2023-12")) == ["Approved by the editor, 2023-12-01 09:12"]


def test_the_list_misses_no_approval_of_what_is_history(get: Get, store: Engine) -> None:
    rows = re.findall(r"<tr.*?</tr>", get("/").text, re.DOTALL)[1:]
    assert ["Not approved yet" in row for row in rows] == [True, False]


def test_without_a_database_the_past_is_history_and_none_is_made(
    get: Get, publication: Path
) -> None:
    with time_machine.travel(datetime(2023, 12, 1, tzinfo=UTC), tick=False):
        assert stamps(get("/")) == ["Not approved yet"]
    with time_machine.travel(datetime(2024, 1, 1, tzinfo=UTC), tick=False):
        assert stamps(get("/")) == []
        assert stamps(get("/2023-12")) == ["Not approved yet"]
    assert not list(publication.glob("newsletter.db*"))


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (FINISHED, ["Sent, 2023-12-05 09:31"]),
        ({"state": "paused", "started_at": "2023-12-05T14:00:00.000+00:00"}, []),
        ({"state": "planned"}, ["Changed since the editor approved it: subject"]),
        ({"kind": "rehearsal", **FINISHED}, ["Rehearsed, 2023-12-05 09:31"]),
    ],
)  # fmt: skip
def test_once_its_mailing_has_begun_changes_matter_no_more(
    get: Get, store: Engine, config: Config, publication: Path, values: dict[str, str],
    told: list[str],
) -> None:  # fmt: skip
    approve(store, config)
    mail(store, **values)
    edit(publication / "issues/2023-12.yaml", "Warmth and its", "Kindness and its")
    assert stamps(get("/2023-12")) == told
    assert stamps(get("/")) == told


@pytest.mark.parametrize("name", ["issues/2023-12.yaml", "newsletter.yaml"])
def test_what_cannot_be_shown_has_errors_enough(
    get: Get, store: Engine, config: Config, publication: Path, name: str
) -> None:
    approve(store, config)
    with (publication / name).open("a") as file:
        file.write("nonsense: 1\n")
    assert stamps(get("/2023-12")) == []
    assert "nonsense" in get("/2023-12").text
    assert get("/").status_code == 200


def test_a_name_is_text_and_never_markup(get: Get, store: Engine, config: Config) -> None:
    approve(store, config, by="<script>alert(1)</script>")
    for address in ("/", "/2023-12"):
        answer = get(address)
        assert "<script>alert" not in answer.text
        assert stamps(answer)[0].startswith("Approved by <script>alert(1)</script>, 2023")


@pytest.mark.parametrize(
    "content", [b"", b"this is no database" * 100], ids=["empty", "something else"]
)
def test_a_file_that_is_no_database_of_ours_is_not_mentioned(
    get: Get, publication: Path, content: bytes
) -> None:
    (publication / "newsletter.db").write_bytes(content)
    for address in ("/", "/2023-12"):
        answer = get(address)
        assert answer.status_code == 200
        assert stamps(answer) == []


def test_a_locked_database_holds_no_page_up_for_long(
    get: Get, store: Engine, publication: Path
) -> None:
    store.dispose()
    get("/2023-12")  # laid out
    with closing(sqlite3.connect(publication / "newsletter.db")) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        for longest in (6, 1):
            began = monotonic()
            assert stamps(get("/2023-12")) == []
            assert monotonic() - began < longest


def test_a_server_that_does_not_answer_holds_no_page_up_for_long(
    get: Get, publication: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        database = f"postgresql://newsletter@127.0.0.1:{silent.getsockname()[1]}/none"
        edit(publication / "newsletter.yaml", "tagline:", f"database: {database}\ntagline:")
        for longest in (6, 1):
            began = monotonic()
            answer = get("/2023-12")
            assert (answer.status_code, stamps(answer)) == (200, [])
            assert monotonic() - began < longest


def test_looking_up_lays_nothing_out_again(
    desk: Desk, get: Get, store: Engine, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    get("/")
    approve(store, config)
    monkeypatch.setattr(desk_module, "read_proof", None)
    assert stamps(get("/2023-12")) == ["Approved by the editor, 2023-12-01 09:12"]


def test_a_page_that_was_shown_is_laid_out_no_second_time_for_its_approval(
    get: Get, store: Engine, config: Config, publication: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    approve(store, config)
    edit(publication / "issues/2023-12.yaml", "Warmth and its", "Kindness and its")
    assert stamps(get("/2023-12"))

    def refuse(*_: Any) -> None:
        pytest.fail("it is laid out again")

    monkeypatch.setattr(proof_module, "render", refuse)
    assert stamps(get("/2023-12"))
