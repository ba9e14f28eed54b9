"""The command line: wiring, one small module a group of commands.

This is the only place that prints, reads the environment or exits. A command's module is
imported when the command is called, and imports the rest of the program when it runs.
"""

from newsletter.cli.main import main

__all__ = ["main"]
