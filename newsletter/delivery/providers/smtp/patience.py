"""How long the SMTP provider waits for what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Patience:
    """Seconds."""

    connect: float = 30
    """For the connection, and for each reply until mail may be sent."""
    reply: float = 300
    """For a reply, and for the server to take more of a message (RFC 5321 §4.5.3.2)."""
    dot: float = 600
    """For the reply to a whole message: giving up earlier makes doubt (§4.5.3.2.6)."""
    stop: float = 2
    """For transactions under way when the run is to end, unless their dot has left."""
    quit: float = 1
    """For the goodbye."""
    again: tuple[float, ...] = (0.5, 2)
    """Before a further try to connect, after each failure in a row."""
    fewer: float = 30
    """Before more connections are tried, where some work and a further one was refused."""
