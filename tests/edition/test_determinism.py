"""The same files give the same bytes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256

import pytest

from newsletter.config import Config
from newsletter.edition import build_edition, render
from newsletter.issue import Issue

PROGRAM = """
import sys
from hashlib import sha256
from pathlib import Path
from newsletter.config import load_config
from newsletter.edition import build_edition
from newsletter.issue import Issue

config = load_config(Path(sys.argv[1]), {})
built = build_edition(Issue.model_validate_json(sys.argv[2]), config)
print(sha256(built.html + built.text + built.message).hexdigest())
"""


def full_issue(make_issue: Callable[..., Issue]) -> Issue:
    return make_issue(
        intro="See [this](https://a.example/) and *that*.",
        topics=["Empathy", "Training", "Outcomes"],
        summary="They found *p* < .001.\n\n- one\n- two",
    )


def test_rendering_twice_gives_the_same_edition(
    make_issue: Callable[..., Issue], config: Config
) -> None:
    issue = full_issue(make_issue)
    assert render(issue, config) == render(issue, config)
    assert build_edition(issue, config) == build_edition(issue, config)


def test_another_issue_rendered_in_between_leaves_no_trace(
    make_issue: Callable[..., Issue], config: Config
) -> None:
    issue = full_issue(make_issue)
    first = render(issue, config)
    render(make_issue(intro="[Other](https://b.example/)", language="fr"), config)
    assert render(issue, config) == first


@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_another_process_with_another_hash_seed_gives_the_same_bytes(
    make_issue: Callable[..., Issue], config: Config, seed: str
) -> None:
    issue = full_issue(make_issue)
    built = build_edition(issue, config)
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(config.file), issue.model_dump_json()],
        env={**os.environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo", "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=True,
    )
    whole = built.html + built.text + built.message
    assert (ran.stdout.strip(), ran.stderr) == (sha256(whole).hexdigest(), "")
