"""How the tour looks: at most 100 columns, labels on the left, colours on a terminal only."""

import json
import os
import sys
import textwrap

WIDTH = 100
LABEL = 15

_COLOURS = {"bold": "1", "dim": "2", "red": "31", "green": "32", "cyan": "36"}
_coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ


def paint(colour, text):
    return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if _coloured else text


def title(text):
    print(paint("bold", text))
    print(paint("dim", "─" * WIDTH), flush=True)


def heading(number, text):
    print(f"\n{paint('bold', f'{number}  {text}')}", flush=True)


def line(label, text, colour="cyan"):
    """A label and what it is about, wrapped to the page."""
    first = f"   {paint(colour, label.ljust(LABEL))}"
    rest = " " * (3 + LABEL)
    room = WIDTH - len(rest)
    lines = [part for given in str(text).splitlines() or [""] for part in (textwrap.wrap(given, room) or [""])]
    print(first + lines[0], *(rest + more for more in lines[1:]), sep="\n", flush=True)


def held(text):
    line("  held", text, "green")


def failed(text):
    line("  FAILED", text, "red")


def short(data, room=2 * (WIDTH - LABEL - 3)):
    """Data as JSON, cut to some two lines."""
    text = json.dumps(data, ensure_ascii=False)
    return text if len(text) <= room else text[: room - 2] + " …"
