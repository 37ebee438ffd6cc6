"""Papers as PDF/A, for archives. Runs in a process of its own (shared.children).

Typst carries a serif face with all Vietnamese letters, so that nothing else needs to be installed;
a folder with Times New Roman takes its place (setting TONGHOP_FONT_DIRECTORY).
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

from services.intake.printing.numbers import printed_cell

TEMPLATE = Path(__file__).with_name("paper.typ")


def write_pdf(content: bytes, options: Mapping[str, Any]) -> bytes:
    """The file; `content` is the paper's JSON, `options` the folder of fonts and the instant."""
    paper = _shown(json.loads(content))
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
