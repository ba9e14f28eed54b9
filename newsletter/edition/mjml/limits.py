"""What MJML allows and this project does not: the compiler (mrml) fails, or the mail suffers.

Measured with mrml 6 (mjml-python 1.4.2); where it fails it says "unexpected token",
"unexpected element" or, of a carousel, "unknown fragment radio".
"""

from __future__ import annotations

REFUSED_ELEMENTS = {
    "mj-font": "loads a font from another host, which tells that host who reads; name the font "
    "in font-family with a fallback and remove <mj-font>",
    "mj-html-attribute": "cannot be compiled; remove it",
    "mj-html-attributes": "cannot be compiled; write the attributes where they belong",
    "mj-include": "is not compiled; use Jinja's {% include %}",
    "mj-preview": "hides white text, which spam filters score; remove it and write the preheader "
    "as a hidden <div> in <mj-raw>",
    "mj-selector": "cannot be compiled; remove it",
}
"""Element to the rest of a sentence that begins with it."""

REFUSED_ATTRIBUTES = {
    ("mj-style", "inline"): "inline is not honoured by the compiler; remove it, or write a "
    "<style> inside <mj-raw> in <mj-head>",
}
"""Element and attribute to a sentence."""

SHORTHAND = (
    'padding="{value}" on <{tag}> gives wrong widths in Outlook; '
    "write padding-top/right/bottom/left instead"
)

NO_RAW = frozenset({"mjml", "mj-accordion", "mj-accordion-element", "mj-navbar", "mj-social"})
"""Elements in which MJML allows <mj-raw> and the compiler does not."""

NO_COMMENTS = frozenset({"mj-attributes", "mj-accordion-element", "mj-carousel"})
"""Elements with children between which a comment stops the compiler."""

NO_LEADING_SPACE = frozenset(
    {
        "mj-accordion",
        "mj-accordion-element",
        "mj-attributes",
        "mj-carousel",
        "mj-head",
        "mj-navbar",
        "mj-social",
    }
)
"""Elements between whose children white space must begin with a line break."""
