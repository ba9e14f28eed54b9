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
_DEAD_IN_WORDS = re.compile(
    r"(?!.*\bsender\b).*("
    r"\b(user|mailbox|recipient|account|address)\b( \S+)? (is )?"
    r"(unknown|not found|does(n't| not) exist)"
    r"|\b(unknown|no such|invalid) (local )?(user|mailbox|recipient|account)\b"
    r")",
    re.IGNORECASE,
)
"""Said by servers without enhanced codes. A bare 550 may also be policy, and so may its
standard text, `mailbox unavailable` (RFC 5321 §4.2.3)."""
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
    bare = stage is Stage.RCPT and reply.code in _BARE
    return bare and _DEAD_IN_WORDS.match(reply.text) is not None
