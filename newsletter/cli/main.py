"""The `newsletter` command."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from types import SimpleNamespace
from typing import Any, NoReturn

import click

from newsletter import __version__
from newsletter.cli import terminal

COMMANDS = {
    "approve": "newsletter.cli.approve:approve",
    "build": "newsletter.cli.build:build",
    "cancel": "newsletter.cli.control:cancel",
    "check": "newsletter.cli.check:check",
    "deliveries": "newsletter.cli.deliveries:deliveries",
    "doubtful": "newsletter.cli.doubtful:doubtful",
    "import": "newsletter.cli.import_pages:import_pages",
    "init": "newsletter.cli.init:init",
    "new": "newsletter.cli.new:new",
    "pause": "newsletter.cli.control:pause",
    "preview": "newsletter.cli.preview:preview",
    "resume": "newsletter.cli.control:resume",
    "retry": "newsletter.cli.doubtful:retry",
    "schedule": "newsletter.cli.schedule:schedule",
    "schema": "newsletter.cli.schema:schema",
    "send": "newsletter.cli.send:send",
    "serve": "newsletter.cli.serve:serve",
    "status": "newsletter.cli.status:status",
    "subscribers": "newsletter.cli.subscribers:subscribers",
    "test": "newsletter.cli.trial:test",
}
"""Each command and the function, in its own module, that it is."""

SHORT_HELP = {
    "approve": "Approve an issue exactly as it is now, or take that back.",
    "build": "Write ISSUE as HTML, plain text and a complete message.",
    "cancel": "Send nothing more of a mailing, for good.",
    "check": "Find what a careful editor would find.",
    "deliveries": "What happened to every recipient.",
    "doubtful": "List, or settle, deliveries whose outcome is unknown.",
    "import": "Turn saved pages of the old blog into issue files.",
    "init": "Make a new publication.",
    "new": "Begin a new issue.",
    "pause": "Stop a mailing until it is resumed.",
    "preview": "Show issues in the browser, live while you write.",
    "resume": "Lift a pause; sends nothing.",
    "retry": "Plan failed deliveries again.",
    "schedule": "Send issues when they are due, until stopped.",
    "schema": "Print the JSON Schema of issue files.",
    "send": "Send an issue, or go on with what is unfinished.",
    "serve": "The public pages: unsubscribing, web versions, events.",
    "status": "Where each mailing stands, to the last recipient.",
    "subscribers": "The audience: import, export, add, unsubscribe, erase.",
    "test": "Send marked copies to yourself, or to reviewers.",
}
"""What `--help` says of each, so that it need not import them all; a test holds them equal."""

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells count it: 128 + SIGINT."""


class Commands(click.Group):
    """A group whose commands are imported when they are needed (click's lazy loading)."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, or None."""
        if cmd_name not in COMMANDS:
            return None
        module, _, function = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), function)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """As click does, without importing a command."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(SHORT_HELP.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a guess at what was meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from newsletter.suggest import did_you_mean

            hint = did_you_mean(args[0], COMMANDS)
            raise click.UsageError(f"no such command '{args[0]}'{hint}", ctx) from error

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Run the command line and exit; whatever goes wrong is told in one line."""
        extra["standalone_mode"] = False
        try:
            sys.exit(super().main(*args, **extra) or 0)
        except click.exceptions.NoArgsIsHelpError as error:
            _stop(error.format_message(), error.exit_code)
        except click.UsageError as error:
            command = error.ctx.command_path if error.ctx else "newsletter"
            what = " ".join(error.format_message().split()).rstrip(".")
            _stop(f"{what} (see '{command} --help')", error.exit_code)
        except click.Abort:
            _stop("interrupted", INTERRUPTED)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an expected error becomes its message and its exit code."""
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except BrokenPipeError:  # whoever read along has seen enough, as `head` has
            sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - for Python's last flush
            sys.exit(1)
        except Exception as error:
            if ctx.obj.debug:
                raise
            terminal.tell(error)
            sys.exit(getattr(error, "exit_code", 1))


def _stop(message: str, code: int) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(code)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example:  newsletter preview 2023-12",
)
@click.option(
    "--config",
    "config_path",
    envvar="NEWSLETTER_CONFIG",
    metavar="PATH",
    help="The publication's newsletter.yaml; else the nearest one, here or above.",
)
@click.option("--debug", is_flag=True, help="Show a traceback where something fails.")
@click.version_option(__version__)
@click.pass_context
def main(ctx: click.Context, config_path: str | None, debug: bool) -> None:
    """Write, check, send and account for a research network's monthly digest."""
    ctx.obj = SimpleNamespace(config_path=config_path, debug=debug)
