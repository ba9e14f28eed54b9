"""Whether the application can do its work."""

from __future__ import annotations

from sqlalchemy import Engine
from starlette.responses import JSONResponse, Response

from newsletter.errors import StoreUnavailable
from newsletter.store import is_current, reading


def health(engine: Engine) -> Response:
    """200 where the database answers and its schema is this version's, else 503 and which."""
    try:
        with reading(engine) as connection:
            current = is_current(connection)
    except StoreUnavailable:
        return JSONResponse({"database": "unavailable", "schema": "unknown"}, 503)
    schema = "current" if current else "of another version"
    return JSONResponse({"database": "ok", "schema": schema}, 200 if current else 503)
