"""Issues in templates that somebody changed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from newsletter.config import Config


@pytest.fixture
def with_template(
    desk: Any, tmp_path: Path, make_publication: Callable[[Path], Any]
) -> Callable[..., Config]:
    """The configuration with a line added to a template, by default above the e-mail's footer."""

    def add(line: str, name: str = "parts/footer.mjml") -> Config:
        root = tmp_path / "templates"
        if not root.exists():
            (tmp_path / "publication").mkdir()
            shutil.move(make_publication(tmp_path / "publication").root / "templates", root)
        file = root / name
        around = "    <mj-section><mj-column><mj-text>{}</mj-text></mj-column></mj-section>\n"
        added = around.format(line) if name.endswith(".mjml") else f"{line}\n"
        file.write_text(added + file.read_text("utf-8"), "utf-8")
        return desk.configured(templates=str(root))

    return add
