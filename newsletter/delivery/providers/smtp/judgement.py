"""What a reply means for the delivery it was given to: the one table."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from newsletter.delivery.claim import Verdict
from newsletter.delivery.providers.smtp.reply import Reply


class Stage(Enum):
    """What a reply answers, and what it refuses if it is a no."""

    MAIL = "the sender"
    RCPT = "the recipient"
    DATA = "the message"
    DOT = "the message once it was whole"


class _Rule(NamedTuple):
    stages: frozenset[Stage]
    codes: re.Pattern[str]
    verdict: Verdict
    ours: bool = False
    """Whether the fault is in the set-up, so that it is nobody's but the sender's."""


_ANY = frozenset(Stage)
_THEIRS = _ANY - {Stage.MAIL}
_DOT = frozenset({Stage.DOT})
_RULES = (
    _Rule(_DOT, re.compile("2.."), "accepted"),
    _Rule(_ANY, re.compile("4.."), "planned"),
    # A log-in that is wanted, too weak or wrong, at whatever stage it is noticed (RFC 4954).
    _Rule(_ANY, re.compile("53[0458]"), "planned", ours=True),
    _Rule(frozenset({Stage.MAIL}), re.compile("5.."), "planned", ours=True),
    _Rule(_THEIRS, re.compile("5.."), "failed"),
    # Neither yes nor no. Before the dot there was nothing that could have been taken.
    _Rule(_DOT, re.compile("..."), "doubtful"),
    _Rule(_ANY, re.compile("..."), "planned", ours=True),
)

_DEAD = frozenset({"5.1.1", "5.1.3", "5.1.6", "5.1.10"})
"""No such mailbox, no valid address, moved away, takes no mail (RFC 3463, RFC 7505).

5.1.2, no such domain, is not among them: a resolver's bad hour would suppress all its readers.
"""
_DEAD_IN_WORDS = (
    "no such user",
    "unknown user",
    "user unknown",
    "user not found",
    "user does not exist",
    "user doesn't exist",
    "no such mailbox",
    "unknown mailbox",
    "mailbox unknown",
    "mailbox not found",
    "mailbox does not exist",
    "mailbox doesn't exist",
)
"""Said of a recipient by servers without enhanced codes, and of hardly anything else.

`mailbox unavailable` is not among them: it is the standard text of a bare 550, whatever the
reason, policy included (RFC 5321 §4.2.3). Nor are address, account and recipient, which servers
say of senders, of relaying and of log-ins too.
"""
_ABOUT_US = (
    *(r"sender", r"\bfrom\b", r"\byours?\b", r"domain"),
    *(r"\bips?\b", r"\bipv[46]\b", r"\d+\.\d+\.\d+", r"dns", r"\bptr\b", r"\b(ehlo|helo)\b"),
    *(r"host", r"client", r"relay", r"auth", r"sasl", r"log-?in", r"password"),
    *(r"polic", r"spam", r"block", r"black", r"listed", r"reputation", r"denied", r"\btls\b"),
)
"""What shows that a refusal is about whoever sends, whatever else it says: sender, server, log-in
or reputation. The numbers are an IP address, or an enhanced code where none belongs."""

_SAYS_DEAD = re.compile(rf"(?<![\w-])({'|'.join(_DEAD_IN_WORDS)})(?![\w-])", re.IGNORECASE)
_SAYS_US = re.compile("|".join(_ABOUT_US), re.IGNORECASE)
_BARE = frozenset({550, 551, 553})


class Judgement(NamedTuple):
    """What follows from a reply."""

    verdict: Verdict
    ours: bool
    bad_mailbox: bool


def judge(stage: Stage, reply: Reply) -> Judgement:
    """What a reply that ends a transaction means."""
    code = str(reply.code)
    rule = next(each for each in _RULES if stage in each.stages and each.codes.fullmatch(code))
    dead = rule.verdict == "failed" and _mailbox_is_dead(stage, reply)
    return Judgement(rule.verdict, rule.ours, dead)


def _mailbox_is_dead(stage: Stage, reply: Reply) -> bool:
    if reply.enhanced:
        return reply.enhanced in _DEAD
    if stage is not Stage.RCPT or reply.code not in _BARE or _SAYS_US.search(reply.text):
        return False
    return _SAYS_DEAD.search(reply.text) is not None
