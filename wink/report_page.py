"""What our report pages have in common: their head, and tables."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

_STYLE = """
  :root { --ink:#1f2937; --soft:#6b7280; --line:#e5e7eb; --mark:#c2410c; --ground:#fafaf9; }
  * { box-sizing:border-box; }
  body { margin:0; background:var(--ground); color:var(--ink); }
  body { font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif; }
  main { max-width:1240px; margin:0 auto; padding:2.5rem 1.5rem 4rem; }
  h1 { font-size:1.9rem; line-height:1.2; margin:0 0 .4rem; }
  h2 { font-size:1.25rem; margin:2.8rem 0 .5rem; padding-top:1.2rem; border-top:1px solid var(--line); }
  h2 { overflow-wrap:anywhere; }
  p, ul { max-width:52rem; margin:.5rem 0; }
  .soft { color:var(--soft); font-size:.92rem; }
  .wide { overflow-x:auto; }
  table { border-collapse:collapse; font-size:.8rem; font-variant-numeric:tabular-nums; background:#fff; }
  th,td { padding:.38rem .5rem; border-bottom:1px solid var(--line); text-align:right; white-space:nowrap; }
  th { color:var(--soft); font-weight:600; vertical-align:bottom; }
  th.word,td.word { text-align:left; }
  .grid { display:grid; grid-template-columns:repeat(auto-fill,minmax(330px,1fr)); gap:1rem; margin-top:1rem; }
  .card { background:#fff; border:1px solid var(--line); border-radius:8px; padding:.6rem; }
  .card svg { width:100%; height:auto; display:block; }
"""


def page_head(title: str) -> str:
    """Everything of a page before its own style and body; the title is escaped."""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(title)}</title>
<style>{_STYLE}</style>"""


def table(heads: Sequence[str], lines: Iterable[Sequence[object]], words: Sequence[int] = (0,)) -> str:
    """A table, as HTML, that scrolls sideways where it is too wide.

    Args:
        heads: of the columns, HTML.
        lines: cells, HTML.
        words: columns of words, on the left; the others are numbers.
    """

    def row(cells: Sequence[object], tag: str) -> str:
        return "".join(f"<{tag}{' class=word' if k in words else ''}>{cell}</{tag}>" for k, cell in enumerate(cells))

    body = "".join(f"<tr>{row(line, 'td')}</tr>" for line in lines)
    return f'<div class="wide"><table><thead><tr>{row(heads, "th")}</tr></thead><tbody>{body}</tbody></table></div>'
