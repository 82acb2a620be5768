"""From the page's parts to one HTML file that fetches nothing and runs no script but its own."""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

from freshdesk_assets.page.charts import FOLDER, Chart, Form

LIBRARY = FOLDER / "library"
LICENCES, DRAWING = LIBRARY / "LICENCES.txt", LIBRARY / "vega.min.js"
SCRIPT, STYLE = FOLDER / "page.js", FOLDER / "page.css"
PARTS = (LICENCES, DRAWING, SCRIPT, STYLE)
"""The files that every page has in it."""

IN_SCRIPT = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)
"""Characters by which a text in JSON could end the element that it is in."""

MADE_OF = "made-of"
"""The name of the meta element that says what a page was made of."""


def document(
    *,
    heading: Mapping[str, Any],
    shown: Sequence[tuple[Chart, str | None]],
    data: Mapping[str, Any],
    made_of: str,
) -> str:
    """The page as HTML.

    - `heading`: `as_of`, `zone` and `host` of the account, and whether it `has_tickets`.
    - `shown`: the charts in their order, each with why it could not be made, if it could not.
    - `data`: what the script draws, see page.js.
    - `made_of`: a fingerprint of all that.
    """
    drawing, script, style = (_text(file) for file in (DRAWING, SCRIPT, STYLE))
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src {_hash(drawing)} {_hash(script)}",
            "style-src 'unsafe-inline'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    sections = "\n".join(_section(chart, wrong) for chart, wrong in shown)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="{MADE_OF}" content="{escape(made_of)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Support, {_said(heading["as_of"])}</title>
<style>{style}</style>
</head>
<body>
<a class="skip" href="#charts">Skip to the charts</a>
<header>
<h1>Support this morning</h1>
<p>{_heading(heading)}</p>
<div class="choice"><label for="group">Group</label> <select id="group"></select></div>
<p id="told" class="unseen" role="status" aria-live="polite"></p>
<noscript><p class="wrong">A script in this page draws it: allow scripts to see the charts.</p></noscript>
</header>
<main id="charts" tabindex="-1">
{sections}
</main>
<footer>
<details>
<summary>Licences of the library that draws the charts</summary>
<pre>{escape(_text(LICENCES))}</pre>
</details>
</footer>
<script type="application/json" id="data">{in_script(data)}</script>
<script>{drawing}</script>
<script>{script}</script>
</body>
</html>
"""


def in_script(data: object) -> str:
    """JSON that no HTML parser takes for the end of the script element around it, nor for a comment."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False).translate(IN_SCRIPT)


def _section(chart: Chart, wrong: str | None) -> str:
    name = escape(chart.name, quote=True)
    inside = f'<p class="wrong">{escape(wrong)}</p>' if wrong else _inside(chart, name)
    return f"""<section id="{name}" class="{chart.form} {chart.width}" aria-labelledby="{name}-title">
<h2 id="{name}-title">{escape(chart.title)}</h2>
<p class="about">{escape(chart.doc)}</p>
{inside}
</section>"""


def _inside(chart: Chart, name: str) -> str:
    match chart.form:
        case Form.CHART:
            return (
                f'<div class="drawing" id="{name}-drawing"></div>\n'
                "<details><summary>The figures as a table</summary>"
                f'<div class="rows" id="{name}-rows"></div></details>'
            )
        case Form.TABLE:
            return f'<div class="rows" id="{name}-rows"></div>'
        case Form.TILES:
            return f'<ul class="figures" id="{name}-figures"></ul>'


def _heading(heading: Mapping[str, Any]) -> str:
    if not heading["as_of"]:
        return '<strong class="nothing">There is nothing yet: no ticket was read so far.</strong>'
    of = f" of {_said(heading['host'])}" if heading["host"] else ""
    said = f"As of {_said(heading['as_of'])} ({_said(heading['zone'])}){of}."
    if not heading["has_tickets"]:
        said += ' <strong class="nothing">There is nothing yet: the account has no tickets.</strong>'
    return said


def _said(value: object) -> str:
    return escape(str(value)) if value else "nothing yet"


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8").strip()


def _hash(script: str) -> str:
    return f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"
