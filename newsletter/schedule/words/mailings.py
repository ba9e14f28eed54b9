"""Messages about a mailing that the schedule has begun."""

from __future__ import annotations

from collections.abc import Mapping

from newsletter.audience.standing import in_short
from newsletter.delivery.ending import Ending
from newsletter.delivery.mailing import Counts, Mailing
from newsletter.schedule.facts import Known
from newsletter.schedule.notices import Notice
from newsletter.schedule.office import Office
from newsletter.schedule.words.lines import WHY, body, counted, in_hours, shown_text, to_do


def stopped(office: Office, known: Known, ending: Ending, code: str) -> Notice:
    """That a mailing has begun, and does not go on for now."""
    mailing, counts = ending.mailing, ending.counts
    so_far = f"{counts.accepted:,} of {counted(mailing.recipients, 'recipient')}"
    grace = office.config.schedule.grace
    what = [
        f"{mailing.name} stopped with {counts.remaining:,} remaining: {WHY[code]}.",
        *([f"  {ending.error}"] if ending.error else ()),
        "",
        *to_do(office, known, code),
        f"It goes on by itself while that takes no longer than {in_hours(grace)}.",
    ]
    begun = f"stopped at {so_far}" if counts.settled else "did not go out"
    subject = f"{mailing.name} {begun}: {WHY[code]}"
    return Notice(mailing.issue, "refused", f"{mailing.id} {code}", subject, body(office, what))


def failures(office: Office, mailing: Mailing, failed: int, settled: int) -> Notice:
    """That more fail than should."""
    share = f"{failed / settled:.0%}" if settled else "many"
    resumed = shown_text(office, mailing.resumed_at)
    what = [
        f"Of {settled:,} mails of {mailing.name} attempted so far, {failed:,} failed.",
        *([f"It was resumed on {resumed}, and fails again."] if mailing.resumed_at else ()),
        "",
        f"Why:             newsletter deliveries {mailing.issue} --state failed",
        f"Where it stands: newsletter status {mailing.issue}",
        f"If the brake has paused it, 'newsletter resume {mailing.issue}' lifts that.",
    ]
    subject = f"{mailing.name}: {share} of the mails failed"
    about = " after ".join(filter(None, (str(mailing.id), mailing.resumed_at)))
    return Notice(mailing.issue, "failures", about, subject, body(office, what))


def slow(office: Office, mailing: Mailing, counts: Counts) -> Notice:
    """That a mailing has not come to its end for an hour, though it goes on."""
    left = f"{counts.remaining:,} of {counted(mailing.recipients, 'recipient')}"
    what = [
        f"{mailing.name} began on {shown_text(office, mailing.started_at)}, and {left} remain:",
        "the provider refuses them for now.",
        "",
        f"What it said:  newsletter deliveries {mailing.issue} --state planned",
        "It goes on by itself, for as long as the grace after the last answer.",
    ]
    subject = f"{mailing.name} is not through: {left} remain"
    return Notice(mailing.issue, "refused", f"{mailing.id} slow", subject, body(office, what))


def doubts_of(key: tuple[str, str, str], mailing: Mailing) -> int:
    """How many doubtful mails of a mailing the message of a key is about; 0 of any other."""
    number, _, doubts = key[2].partition(" ")
    return int(doubts) if key[1] == "doubtful" and number == str(mailing.id) else 0


def doubtful(office: Office, mailing: Mailing, number: int) -> Notice:
    """That it is not known of some mails whether they arrived."""
    mails = counted(number, "mail")
    what = [
        f"{mails} of {mailing.name} left, and the provider's answer was lost.",
        "They may or may not have arrived, and are not sent again by themselves.",
        "",
        f"Which, and what to do:  newsletter doubtful {mailing.issue}",
    ]
    subject = f"{mailing.name}: {mails} may or may not have arrived"
    about = f"{mailing.id} {number}"
    return Notice(mailing.issue, "doubtful", about, subject, body(office, what))


def result(office: Office, mailing: Mailing, counts: Counts, skipped: Mapping[str, int]) -> Notice:
    """What a mailing came to, to the last recipient."""
    verb = "went out" if mailing.state == "finished" else "was cancelled"
    parts = (
        ("accepted", counts.accepted),
        ("failed", counts.failed),
        ("doubtful", counts.doubtful),
        ("left out", counts.skipped),
    )
    told = [f"{number:,} {what}" for what, number in parts if number]
    subject = f"{mailing.name} {verb}: {', '.join(told) or 'to nobody'}"
    names = ("total", "accepted", "failed", "skipped", "doubtful", "remaining")
    what = [
        f"{mailing.name} {verb}, through {mailing.provider}.",
        "",
        *(f"  {name:10}{getattr(counts, name):>10,}" for name in names),
        "",
        *(f"  left out   {number:>9,} {reason}" for reason, number in in_short(skipped).items()),
        f"  began      {shown_text(office, mailing.started_at)}",
        f"  ended      {shown_text(office, mailing.finished_at)}",
        "",
        f"Every recipient:  newsletter deliveries {mailing.issue}",
    ]
    return Notice(mailing.issue, "result", str(mailing.id), subject, body(office, what))
