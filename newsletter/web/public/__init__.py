"""The small, safe application that a publication puts on the internet.

`app` says what each address shows and keeps strangers' requests small, `unsubscribe`, `issues`
and `events` are what it does, `pages` fills in the pages, and `server` runs it. Pages need no
script, and set no cookie.
"""

from newsletter.web.public.server import Public

__all__ = ["Public"]
