"""A message to operators as a server gets it."""

from __future__ import annotations

import json
from dataclasses import replace
from email import message_from_bytes, policy
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from newsletter.config.secrets import Secrets
from newsletter.delivery.providers import load_provider

FEBRUARY = "2024-02"
CHAIR, EDITOR = "chair@operators.example", "editor@operators.example"


def load(path: str) -> Any:
    """A server of tests/delivery/servers."""
    import sys

    file = Path(__file__).parents[1] / "delivery" / "servers" / path
    name = f"newsletter_tests_schedule_{file.stem}"
    spec = spec_from_file_location(name, file)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look there
    spec.loader.exec_module(module)
    return module


def through(bureau: Any, delivery: dict[str, Any], secrets: Secrets) -> None:
    """Have the schedulers send by a real provider."""
    bureau.configure(
        f"approval: required\noperators: [{CHAIR}]\ndelivery: {json.dumps(delivery)}\n"
    )
    config = bureau.config
    for each in bureau.schedulers:
        each.office = replace(each.office, open_provider=lambda: load_provider(config, secrets))


@pytest.fixture
def ready(sqlite_bureau: Any, clock: Any) -> Any:
    """An issue that is written, the day before it is due."""
    clock.to("2024-02-05 09:00")
    return sqlite_bureau


def test_over_smtp_an_operators_message_is_one_plain_text_that_no_machine_answers(
    ready: Any,
) -> None:
    with load("submission.py").submission() as server:
        smtp = {"host": "127.0.0.1", "port": server.port}
        through(ready, {"provider": "smtp", "smtp": smtp}, Secrets())
        ready.write(FEBRUARY, subject="Empathy, été")
        ready.approve(FEBRUARY)
        ready.attend()

    ((to, content),) = server.accepted
    mail = message_from_bytes(content, policy=policy.default)
    assert to == CHAIR
    assert mail.get_content_type() == "text/plain"
    assert not mail.is_multipart()
    assert mail["Auto-Submitted"] == "auto-generated"
    assert not [name for name in mail if name.lower().startswith("list-")]
    assert mail["To"] == CHAIR
    assert "news@digest.example" in mail["From"]
    assert mail["Subject"].startswith("2024-02 goes out on Tuesday 2024-02-06 09:00 -05:00")
    assert mail["Message-ID"].endswith("@digest.example>")
    assert mail["Date"].datetime.isoformat() == "2024-02-05T09:00:00-05:00"
    assert "Subject      Empathy, été" in mail.get_content()
    assert all(len(line) <= 78 for line in content.split(b"\r\n"))


def test_over_sendgrid_an_operators_message_is_one_plain_text_that_no_machine_answers(
    ready: Any,
) -> None:
    servers = load("sendgrid.py")
    with servers.sendgrid_server() as server:
        through(
            ready,
            {"provider": "sendgrid", "sendgrid": {"base_url": server.url}},
            Secrets(sendgrid_key=servers.KEY),
        )
        ready.write(FEBRUARY)
        ready.approve(FEBRUARY)
        ready.attend()

        (taken,) = server.taken
    assert taken.address == CHAIR
    assert [each["type"] for each in taken.mail["content"]] == ["text/plain"]
    headers = {**taken.mail.get("headers", {}), **taken.personalization.get("headers", {})}
    assert headers.get("Auto-Submitted") == "auto-generated"
    assert not [name for name in headers if name.lower().startswith("list-")]
    assert taken.mail["subject"].startswith("2024-02 goes out on Tuesday")
    assert "Recipients   3 of 3" in taken.rendered("plain")
    assert {copy.state for copy in ready.copies()} == {"accepted"}
