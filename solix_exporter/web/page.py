"""The landing page: one HTML text without scripts and without anything from elsewhere."""

import base64
import hashlib
from collections.abc import Sequence
from html import escape
from string import Template

from solix_exporter.web.sources import AccountLine

STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 40rem; margin: 0 auto; padding: 1.5rem 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.1rem; margin: 1.5rem 0 0; }
ul { padding: 0; list-style: none; margin: .5rem 0; }
li { padding: .5rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
.mark { display: inline-block; min-width: 4.5rem; font-weight: 600; }
.up { color: light-dark(#1a7f37, #56d364); }
.down { color: light-dark(#c62828, #ff7b72); }
small { opacity: .75; }
"""

_PAGE = Template("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Solix exporter</title>
<link rel="icon" href="data:,">
<style>$style</style>
</head>
<body>
<h1>Solix exporter</h1>
<p><small>version $version</small><br>
Prometheus metrics of Anker Solix home power systems</p>
<h2>Accounts</h2>
<ul>
$accounts
</ul>
<h2>Pages</h2>
<ul>
<li><a href="$telemetry_path">Metrics</a></li>
<li><a href="/-/healthy">Healthy</a>: the process runs</li>
<li><a href="/-/ready">Ready</a>: the metrics hold data</li>
</ul>
</body>
</html>
""")

_MARKS = {True: ("up", "up"), False: ("down", "down"), None: ("new", "starting")}


def render_page(accounts: Sequence[AccountLine], telemetry_path: str, version: str) -> str:
    """Return the landing page."""
    lines = [_account(line) for line in accounts] or ["<li>none, answers are replayed</li>"]
    return _PAGE.substitute(
        style=STYLE,
        version=escape(version),
        accounts="\n".join(lines),
        telemetry_path=escape(telemetry_path),
    )


def _account(line: AccountLine) -> str:
    css_class, word = _MARKS[line.is_up]
    mark = f'<span class="mark {css_class}">{word}</span>'
    return f"<li>{mark} <b>{escape(line.name)}</b><br>{escape(line.state)}</li>"


def content_security_policy() -> str:
    """Return the policy that lets a browser use the page's own style and nothing else."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:;"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
