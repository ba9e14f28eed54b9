"""Write docs/reference/ from the program itself; with --check, say whether it is current."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path
from typing import Any, get_args

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from newsletter.checks import CHECKS
from newsletter.cli.main import COMMANDS, main
from newsletter.config import Settings
from newsletter.delivery.ending import Why
from newsletter.delivery.pace import DELAYS
from newsletter.delivery.states import TRANSITIONS
from newsletter.issue import Issue, Summary

FOLDER = Path(__file__).parent.parent / "docs" / "reference"
_NOTICE = "<!-- Written by `make docs` from the program itself; edit the program instead. -->\n"
_NESTED = {"summaries": Summary}


def pages() -> dict[str, str]:
    """File names and texts of all generated pages."""
    return {
        "checks.md": _NOTICE + "".join(_checks()),
        "commands.md": _NOTICE + "".join(_commands()),
        "configuration.md": _NOTICE + "".join(_configuration()),
        "delivery.md": _NOTICE + "".join(_delivery()),
        "issue.md": _NOTICE + "".join(_issue()),
    }


_COMMANDS = """# Commands

Exit codes: 0 done; 1 the work failed or found problems; 2 wrong usage or configuration; 130
after a Ctrl-C that ended it at once.
Errors go to stderr, a line each.
"""
_CONFIGURATION = """# newsletter.yaml

Keys that are not listed are refused. Relative paths start from the file's folder. Secrets
never stand in this file:

| environment variable | for |
| --- | --- |
| `NEWSLETTER_SECRET` | signs unsubscribe links; any long random text |
| `NEWSLETTER_SECRET_OLD` | earlier ones, separated by commas, whose links keep working |
| `NEWSLETTER_SMTP_PASSWORD` | the password of `delivery.smtp.username` |
| `SENDGRID_API_KEY` | SendGrid's key |
| `SENDGRID_WEBHOOK_KEY` | the public key of its event webhook, by which `serve` recognises events |
| `NEWSLETTER_DATABASE` | stands in for `database`, where its address holds a password |
| `NEWSLETTER_CONFIG` | another file than the nearest `newsletter.yaml` |
"""
_DELIVERY = """# Deliveries and mailings

A **mailing** is one issue on its way to an audience that was frozen when it was planned. It is
*real*, or a *rehearsal*, whose mail reaches nobody (the outbox, or SendGrid's sandbox); an issue
has at most one of each. A **delivery** is one recipient of a mailing; the database holds an
address once a mailing. At every moment

    total = accepted + failed + skipped + doubtful + remaining

where *remaining* is planned, claimed or attempting.

```mermaid
stateDiagram-v2
    [*] --> planned
    [*] --> skipped: no consent, unsubscribed, …
"""
_STEPS = """```

| from | to | when |
| --- | --- | --- |
"""
_RETRIES = """
What was refused for now (SMTP 4yz, HTTP 429, a connection lost before the message had left) goes
back to planned, and is tried again after {delays} seconds; then it waits for the next `send`.
`attempting` is written to the disk before the first byte leaves, `accepted` after the
provider's yes. Whatever was `attempting` when a sender died is doubtful: nobody can know whether it
arrived, so only a person has it sent again.

## How a run of `send` ends

| the mailing is then | held by | exit code | told as |
| --- | --- | --- | --- |
"""
_HELD = """
A mailing that ends with failed or doubtful deliveries exits with 1. One that is held by an
operator or the brake needs `newsletter resume` before it goes on; any other goes on by `newsletter
send` alone. While a sender lives, the mailing's state is `sending`.
"""
_CHECKS = """# Checks

`newsletter check` tells each finding as `issues/2023-12.yaml:14:5: warning: … [N101]`, and the
preview shows the same. An **error** stops a mailing; a **warning** is what a careful editor
would mend, and fails `newsletter check --strict`; a **note** is worth knowing. `N001` is what
the loader refuses (unknown keys, topics and types among it), `N002` what a template does.

A check is switched off by its code in `newsletter.yaml`:

```yaml
checks: {off: [N101]}
```

Codes are never used again for another check.

| code | severity | finds |
| --- | --- | --- |
"""
_ISSUE = """# An issue: issues/YYYY-MM.yaml

Every value is the text that was typed: `No` and `12:30` are words.

## The month
"""


def _commands() -> Iterator[str]:
    yield _COMMANDS
    context = main.make_context("newsletter", ["build"], terminal_width=80)
    yield _help("newsletter", main, context)
    for name in sorted(COMMANDS):
        command = main.get_command(context, name) or main
        yield from _helps(f"newsletter {name}", command, click.Context(command, context, name))


def _helps(title: str, command: click.Command, context: click.Context) -> Iterator[str]:
    """A command's help, and those of the commands in it."""
    yield _help(title, command, context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.commands[name]
            yield from _helps(f"{title} {name}", inner, click.Context(inner, context, name))


def _help(title: str, command: click.Command, context: click.Context) -> str:
    return f"\n## {title}\n\n```\n{command.get_help(context)}\n```\n"


def _checks() -> Iterator[str]:
    yield _CHECKS
    for each in CHECKS:
        anchor = f"{each.code} {each.title}".lower().replace(" ", "-")
        anchor = re.sub(r"[^\w-]", "", anchor)
        yield f"| [{each.code}](#{anchor}) | {each.severity} | {each.title} |\n"
    for each in CHECKS:
        told = inspect.getdoc(each.ask) or ""
        yield f"\n## {each.code} {each.title}\n\n*{each.severity}*\n\n{told}\n"


def _configuration() -> Iterator[str]:
    yield _CONFIGURATION
    yield _table(Settings)


def _delivery() -> Iterator[str]:
    yield _DELIVERY
    for (source, target), when in TRANSITIONS.items():
        yield f"    {source} --> {target}: {when.split(':')[0].split(',')[0]}\n"
    yield _STEPS
    for (source, target), when in TRANSITIONS.items():
        yield f"| {source} | {target} | {when} |\n"
    *delays, last = (f"{delay:g}" for delay in DELAYS)
    yield _RETRIES.format(delays=f"{', '.join(delays)} and {last}")
    for why in Why:
        end = why.value
        yield f"| {end.state} | {end.hold or '–'} | {end.exit_code} | {end.sentence} |\n"
    yield _HELD


def _issue() -> Iterator[str]:
    yield _ISSUE
    yield _table(Issue)
    yield "\n## Each of `summaries`\n"
    yield _table(Summary)


def _table(model: type[BaseModel]) -> str:
    rows = "".join(_rows(model, ""))
    return f"\n| key | default | meaning |\n| --- | --- | --- |\n{rows}"


def _rows(model: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        inner = _section(field)
        if inner is not None and not field.description:
            yield from _rows(inner, f"{prefix}{name}.")
            continue
        yield f"| `{prefix}{name}` | {_default(field)} | {_escaped(field.description or '')} |\n"
        if inner is not None and name not in _NESTED:
            yield from _rows(inner, f"{prefix}{name}.")


def _section(field: FieldInfo) -> type[BaseModel] | None:
    candidates = (field.annotation, *get_args(field.annotation))
    models = [each for each in candidates if isinstance(each, type) and issubclass(each, BaseModel)]
    return models[0] if models and models[0].__name__ != "Rate" else None


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    return f"`{_shown(field.default)}`" if field.default not in (None, (), {}) else "–"


def _shown(value: Any) -> str:
    if isinstance(value, timedelta):
        return f"{int(value.total_seconds()) // 3600}h"
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value * 100:.0f}%" if isinstance(value, float) else str(value)


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def run(*, check: bool) -> int:
    """Write the pages, or compare them; returns the exit code."""
    stale = [
        FOLDER / name
        for name, text in pages().items()
        if not (FOLDER / name).is_file() or (FOLDER / name).read_text("utf-8") != text
    ]
    if check:
        for path in stale:
            print(f"{path.relative_to(FOLDER.parent.parent)} is not current; run 'make docs'")
        return 1 if stale else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(run(check="--check" in sys.argv[1:]))
