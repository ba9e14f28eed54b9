"""The local preview: an issue as its readers will get it, live while it is written.

`desk` reads the publication's files and keeps what has not changed, `app` shows it, `watch`
sees files change and `events` tells the open pages. Pages work without scripts; `preview.js`
adds live reload and the lines behind the parts of a mail.
"""

from newsletter.web.preview.server import Preview

__all__ = ["Preview"]
