"""What `send` says before it asks, and after it is done."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from newsletter.cli import mailing as mailings
from newsletter.cli import terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from newsletter.config import Config
    from newsletter.delivery.dry_run import DryRun
    from newsletter.delivery.ending import Ending
    from newsletter.delivery.mailing import Mailing
    from newsletter.edition import Letter

_NOTABLE_CHANGE = 0.2
"""Share by which an audience grows or shrinks between two mailings before it is remarked on."""


def of_plan(
    engine: Engine, config: Config, mailing: Mailing, letter: Letter, limit: int | None
) -> Iterator[str]:
    """What is about to be done."""
    from newsletter.delivery.plan import recipients_before, skipped_by_reason
    from newsletter.delivery.standing import standing_of
    from newsletter.store import reading

    counts = standing_of(engine, mailing).counts
    to_send = counts.remaining if limit is None else min(limit, counts.remaining)
    yield f"Issue       {mailing.name}"
    yield f"Subject     {letter.subject}"
    yield f"Recipients  {to_send:,} of {counts.total:,}"
    with reading(engine) as connection:
        skipped = skipped_by_reason(connection, mailing)
    for reason, number in skipped.items():
        yield f"Skipped     {number:,} {reason}"
    for state in ("accepted", "failed", "doubtful"):
        if getattr(counts, state):
            yield f"{state.title():12}{getattr(counts, state):,} before"
    yield f"Provider    {_provider(config)}"
    rate = config.delivery.rate
    yield f"Rate        {f'{rate.count} in {rate.seconds} s' if rate else 'no limit'}"
    yield f"Time        {_estimate(engine, config, mailing, to_send)}"
    before = recipients_before(engine, mailing)
    if before and abs(mailing.recipients - before) > _NOTABLE_CHANGE * before:
        yield (
            f"Warning     the mailing before this one was for {before:,} recipients, "
            f"this one is for {mailing.recipients:,}"
        )


def of_dry_run(letter: Letter, done: DryRun) -> Iterator[str]:
    """What would have been done."""
    yield f"Subject     {letter.subject}"
    for reason, number in done.skipped.items():
        yield f"Skipped     {number:,} {reason}"
    size = done.size / max(done.messages, 1) / 1024
    counted = terminal.count(done.messages, "message")
    yield f"{counted} of {size:.0f} KB would be sent; nothing was, and nothing was kept"


def of_ending(ending: Ending) -> Iterator[str]:
    """What has been done, and what there is to do."""
    issue, counts = ending.mailing.issue, ending.counts
    sentence = ending.why.value.sentence
    yield f"{ending.mailing.name}: {mailings.in_words(counts)}; {sentence}"
    if counts.failed:
        yield f"  'newsletter deliveries {issue} --state failed' says why"
    if counts.doubtful:
        yield f"  'newsletter doubtful {issue}' lists those that may or may not have arrived"


def _provider(config: Config) -> str:
    delivery = config.delivery
    return {
        "outbox": f"outbox: each mail becomes a file in {delivery.outbox.path}, nobody gets one",
        "smtp": f"smtp: {delivery.smtp.host}:{delivery.smtp.port}",
        "sendgrid": f"sendgrid: {delivery.sendgrid.base_url}"
        f"{', its sandbox: nobody gets one' if delivery.sendgrid.sandbox else ''}",
    }[delivery.provider]


def _estimate(engine: Engine, config: Config, mailing: Mailing, recipients: int) -> str:
    from newsletter.delivery.plan import speed_before

    rate = config.delivery.rate
    known = speed_before(engine, mailing)
    speeds = [rate.count / rate.seconds] if rate else []
    speeds += [known] if known else []
    if not speeds:
        return "not known before a first mailing"
    return f"about {in_time(recipients / min(speeds))}"


def in_time(seconds: float) -> str:
    """`0:00:07`, hours first."""
    return str(timedelta(seconds=round(seconds)))
