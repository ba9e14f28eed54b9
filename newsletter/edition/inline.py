"""Style sheets → `style=` attributes, for clients that drop `<style>`, through premailer."""

from __future__ import annotations

import logging


def inline_styles(html: str) -> str:
    """The HTML with its rules written into the elements.

    Sheets marked `data-premailer="ignore"` are kept byte for byte: dark mode, media queries
    and all else that premailer's parser drops or breaks.
    """
    import cssutils
    from premailer import Premailer

    cssutils.log.setLevel(logging.CRITICAL)  # it would report modern CSS on stderr
    return str(
        Premailer(
            html,
            strip_important=False,
            keep_style_tags=False,
            remove_classes=False,
            disable_validation=True,
            allow_network=False,
            cssutils_logging_level=logging.CRITICAL,
        ).transform()
    )
