"""Citations by DOI: what Crossref and the DOI resolver know, in our Markdown.

This is the only part of the program before sending that reaches the network.
"""

from newsletter.issue.lookup.ask import Patience
from newsletter.issue.lookup.notices import is_grave, notice_lines
from newsletter.issue.lookup.study import Study, look_up

__all__ = ["Patience", "Study", "is_grave", "look_up", "notice_lines"]
