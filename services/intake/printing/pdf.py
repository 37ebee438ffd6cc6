"""Papers as PDF/A, for archives. Runs in a process of its own (shared.children).

Typst carries a serif face with all Vietnamese letters, so that nothing else needs to be installed;
a folder with Times New Roman takes its place (setting TONGHOP_FONT_DIRECTORY).
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

from services.intake.printing.numbers import printed_cell

TEMPLATE = Path(__file__).with_name("paper.typ")


UNPRINTABLE = re.compile(r'the text `"(.*?)"` could not be displayed')
"""What typst says where no face has a letter: an archive must show each (ISO 19005-2, 6.2.11)."""

PRINTABLE = re.compile(
    "[\\n\\t\\x20-\\x7e\\xa0-\u024f\u0300-\u036f\u1e00-\u1eff\u2010-\u2026\u2030-\u203a\u20ab\u20ac"
    "\u00b1\u00d7\u00f7\u2212\u2260\u2264\u2265]"
)
"""Letters of Vietnamese, and the marks that offices write; every face of books has them."""

INSTEAD = "?"
MOST_TRIES = 6
BULLETS = str.maketrans(dict.fromkeys("\uf0b7\uf0a7\uf0d8\uf02d\uf0fc", "•"))
"""Word keeps the bullets of its lists where no other font has anything."""

REPLACED = (
    "Ghi chú: ký tự mà phông chữ của tệp PDF không có được in là “?”; bản Word và bản Excel giữ "
    "nguyên."
)


def write_pdf(content: bytes, options: Mapping[str, Any]) -> bytes:
    """The file; `content` is the paper's JSON, `options` the folder of fonts and the instant.

    Letters that no face has are printed as a question mark, and a note says so.
    """
    paper = _with(_shown(json.loads(content)), lambda text: text.translate(BULLETS))
    for _ in range(MOST_TRIES):
        try:
            return _compiled(paper, options)
        except typst.TypstError as error:
            unknown = set("".join(UNPRINTABLE.findall(str(error))))
            if not unknown:
                raise
            paper = _without(paper, unknown)
    return _compiled(paper, options)


def _without(paper: dict[str, Any], unknown: set[str]) -> dict[str, Any]:
    """The paper without letters that are known to be missing, or that may well be."""

    def kept(text: str) -> str:
        return "".join(
            each if each not in unknown and PRINTABLE.match(each) else INSTEAD for each in text
        )

    changed = _with(paper, kept)
    remarks = [each for each in changed["remarks"] if each != REPLACED]
    return {**changed, "remarks": [*remarks, REPLACED]}


def _with(part: Any, change: Callable[[str], str]) -> Any:
    """The same with every text changed; names of members stay."""
    if isinstance(part, str):
        return change(part)
    if isinstance(part, list):
        return [_with(each, change) for each in part]
    if isinstance(part, dict):
        return {name: _with(each, change) for name, each in part.items()}
    return part


def _compiled(paper: dict[str, Any], options: Mapping[str, Any]) -> bytes:
    folder = options["font_directory"]
    made = typst.compile(
        TEMPLATE.read_bytes(),
        sys_inputs={"paper": json.dumps(paper, ensure_ascii=False)},
        font_paths=[folder] if folder else [],
        ignore_system_fonts=True,
        pdf_standards="a-2b",
        timestamp=datetime.fromisoformat(options["at"]).replace(microsecond=0),
    )
    if not isinstance(made, bytes):
        raise TypeError("one document gives one file")
    return made


def _shown(paper: dict[str, Any]) -> dict[str, Any]:
    """The same with figures as they are printed."""
    if paper["table"] is not None:
        for row in paper["table"]["rows"]:
            row["figures"] = list(map(printed_cell, row["figures"], row["decimals"]))
    for each in paper["lists"]:
        each["rows"] = [list(map(printed_cell, row, each["decimals"])) for row in each["rows"]]
    return paper
