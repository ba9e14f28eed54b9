"""What people do to a publication in the year's test, at any time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from newsletter.delivery import control
from newsletter.delivery.plan import Terms, discard, plan
from newsletter.delivery.send import Orders, run
from newsletter.errors import MailingRefused, SenderBusy
from tests.schedule.year.sheets import Sheet, Text
from tests.schedule.year.world import World


class People(World):
    """Whoever writes, approves, and sends by hand."""

    def _prepare(self, sheet: Sheet, text: Text, prepared: str) -> None:
        self._write(sheet, text)
        if prepared == "unapproved":
            return
        self._approve(sheet)
        if prepared == "changed":
            self._write(sheet, Text("Changed", text.send_at))
        elif prepared == "withdrawn":
            self._withdraw(sheet)
        elif prepared == "broken":
            self._break(sheet)
        elif prepared == "missing":
            self._write(sheet, None)

    def _write(self, sheet: Sheet, text: Text | None) -> None:
        sheet.text = text
        path = self.bureau.path(sheet.month)
        if text is None:
            path.unlink(missing_ok=True)
        elif text.is_broken:
            self.bureau.write(sheet.month, text.subject, text.send_at)
            path.write_text(f"{path.read_text('utf-8')}: nonsense [\n", "utf-8")
        else:
            self.bureau.write(sheet.month, text.subject, text.send_at)

    def _change_the_templates(self) -> None:
        self.templates += 1
        file = min((self.bureau.root / "templates").glob("*.mjml*"))
        file.write_text(file.read_text("utf-8") + "\n", "utf-8")

    def _approve(self, sheet: Sheet) -> None:
        begun = self.bureau.mailing(sheet.month)
        if sheet.text and not sheet.text.is_broken and not (begun and begun.is_begun):
            self.bureau.approve(sheet.month)
            sheet.approved = sheet.text, self.templates

    def _break(self, sheet: Sheet) -> None:
        """Make it unreadable, its time included but for people."""
        self._write(sheet, replace(sheet.text or Text(""), is_broken=True))

    def _withdraw(self, sheet: Sheet) -> None:
        begun = self.bureau.mailing(sheet.month)
        if self.bureau.withdraw(sheet.month) and begun and begun.is_begun:
            sheet.is_halted = True
        sheet.approved = None

    def _control(self, act: str, sheet: Sheet) -> None:
        found = self.bureau.mailing(sheet.month)
        patience = {} if act == "resume" else {"patience": 0.0}
        if found:
            try:
                getattr(control, act)(self.bureau.engine, found, **patience)
            except MailingRefused:
                assert found.state in ("finished", "cancelled")

    def _plan_by_hand(self, sheet: Sheet) -> Any:
        """What `send` does up to its question."""
        bureau = self.bureau
        if not self._is_approved(sheet):
            return None
        left = bureau.mailing(sheet.month)
        if left and left.is_begun:
            return left
        if left:
            discard(bureau.engine, left)
        from newsletter.approval.record import find_approval
        from newsletter.checks import clear
        from newsletter.store import reading

        letter = clear(bureau.path(sheet.month), bureau.config, self.now).letter
        with reading(bureau.engine) as connection:
            given = find_approval(connection, sheet.month)
        assert given
        terms = Terms("real", "smtp", self.now.date().isoformat(), approval=given.id)
        return plan(bureau.engine, letter, terms)[0]

    def _by_hand(self, sheet: Sheet, limit: int | None) -> None:
        bureau = self.bureau
        found = self._plan_by_hand(sheet)
        if not found:
            return
        sheet.by_hand = sheet.by_hand or not found.is_begun
        orders = Orders(bureau.config, bureau.schedulers[0].office.keyring, limit, delays=())
        hooks, self.hooks = self.hooks, []
        try:
            run(bureau.engine, found, bureau.post, orders)
        except (MailingRefused, SenderBusy):
            pass
        finally:
            self.hooks = hooks
        self._look()
