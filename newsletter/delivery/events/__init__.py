"""What the provider reports once it has the mail: read, kept, and drawn conclusions from."""

from newsletter.delivery.events.intake import take_in
from newsletter.delivery.events.report import Report
from newsletter.delivery.events.sendgrid import read

__all__ = ["Report", "read", "take_in"]
