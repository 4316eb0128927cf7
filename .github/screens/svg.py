"""Lines of a terminal, with their colours, as SVG that suits light and dark pages."""

import re
from html import escape

WIDTH, HEIGHT, BASELINE, MARGIN, BAR = 8.4, 19, 14, 16, 36
FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace"
NAMES = {31: "red", 32: "green", 33: "yellow", 35: "magenta", 36: "cyan"}
LIGHT = {
    "page": "#ffffff", "frame": "#d0d7de", "text": "#1f2328", "dim": "#6e7781", "red": "#cf222e",
    "green": "#1a7f37", "yellow": "#8a5a00", "magenta": "#8250df", "cyan": "#0a6b8a",
}
DARK = {
    "page": "#0d1117", "frame": "#30363d", "text": "#e6edf3", "dim": "#8b949e", "red": "#ff7b72",
    "green": "#3fb950", "yellow": "#e3b341", "magenta": "#bc8cff", "cyan": "#56d4dd",
}
# Fonts leave gaps between these, and put them at any height: they are drawn. Where each begins, its width, its thickness.
DRAWN = {"━": (1.0, 3.2), "╸": (0.5, 3.2), "─": (1.0, 1.2)}


def runs(line):
    """A line's texts of one style each: column, text, class names."""
    column, colour, bold, dim = 0, None, False, False
    for code, text in re.findall(r"\x1b\[([\d;]*)m|([^\x1b]+)", line):
        if text:
            names = [colour or ("dim" if dim else "text")] + (["bold"] if bold else [])
            yield column, text, " ".join(names)
            column += len(text)
            continue
        for number in (int(part or 0) for part in code.split(";")):
            if number == 0:
                colour, bold, dim = None, False, False
            elif number in (1, 2):
                bold, dim = bold or number == 1, dim or number == 2
            elif number == 22:
                bold, dim = False, False
            elif number == 39:
                colour = None
            elif number == 49:
                pass  # the page's background
            elif number in NAMES:
                colour = NAMES[number]
            else:
                raise SystemExit(f"expected a style that the tool uses, found {number} in {line!r}")


def drawn(column, row, text, names):
    """Letters as text, fitted to their columns; lines as rectangles."""
    for part in re.finditer(r"[━╸─]+| +|[^━╸─ ]+(?: [^━╸─ ]+)*", text):
        found, x = part.group(), MARGIN + (column + part.start()) * WIDTH
        y = BAR + row * HEIGHT
        if found[0] in DRAWN:
            for kind in re.finditer(r"(.)\1*", found):
                share, thick = DRAWN[kind.group()[0]]
                left, wide = x + kind.start() * WIDTH, len(kind.group()) * WIDTH * share
                top = y + BASELINE - 4.5 - thick / 2
                yield f'<rect class="{names}" x="{left:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{thick}"/>'
        elif found.strip():
            length = len(found) * WIDTH
            yield (
                f'<text class="{names}" x="{x:.1f}" y="{y + BASELINE}" textLength="{length:.1f}" '
                f'lengthAdjust="spacingAndGlyphs">{escape(found)}</text>'
            )


def draw(lines, columns, title):
    wide, high = columns * WIDTH + 2 * MARGIN, len(lines) * HEIGHT + BAR + MARGIN
    colours = lambda palette: "".join(f".{name}{{fill:{colour}}}" for name, colour in palette.items())
    style = (
        f"text{{font:13.5px {FONT};white-space:pre}}.bold{{font-weight:bold}}.frame{{stroke-width:1}}"
        f"{colours(LIGHT)}.frame{{fill:none;stroke:{LIGHT['frame']}}}"
        f"@media(prefers-color-scheme:dark){{{colours(DARK)}.frame{{fill:none;stroke:{DARK['frame']}}}}}"
    )
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.0f} {high}" width="{wide:.0f}" height="{high}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>{style}</style>",
        f'<rect class="page" width="{wide:.0f}" height="{high}" rx="8"/>',
        f'<rect class="frame" x=".5" y=".5" width="{wide - 1:.1f}" height="{high - 1}" rx="8"/>',
    ]
    out += [f'<circle class="dim" cx="{MARGIN + 4 + 16 * n}" cy="18" r="4.5" opacity=".5"/>' for n in range(3)]
    for row, line in enumerate(lines):
        for column, text, names in runs(line):
            out += drawn(column, row, text, names)
    return "\n".join(out) + "\n</svg>\n"
