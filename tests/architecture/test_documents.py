"""A link in a document leads to a file that is there, and a guide names what pages really show."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from shared.labels.labels import Language, load_labels

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"!?\[[^\]]*\]\(<?([^)>\s]+)>?(?:\s+\"[^\"]*\")?\)")
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
ELSEWHERE = ("http://", "https://", "mailto:", "#")


def _documents() -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [ROOT / name for name in names if (ROOT / name).exists()]


def _targets(text: str) -> Iterator[str]:
    for target in LINK.findall(CODE.sub("", text)):
        if not target.startswith(ELSEWHERE):
            yield unquote(target.partition("#")[0])


@pytest.mark.parametrize("document", _documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file(document: Path) -> None:
    targets = _targets(document.read_text(encoding="utf-8"))
    missing = [each for each in targets if not (document.parent / each).exists()]

    assert missing == []


def test_links_are_found_in_text_and_pictures_but_not_in_code() -> None:
    text = "[a](b.md#c) ![p](q%20r.png) [w](https://example.org) `[x](y.md)`\n```\n[z](z.md)\n```\n"

    assert list(_targets(text)) == ["b.md", "q r.png"]


GUIDES = (ROOT / "README.vi.md", *sorted((ROOT / "docs/vi").glob("*.md")))
NAMED = re.compile(r"\*\*([^*]+)\*\*")
NOT_OF_A_PAGE = {
    "tonghop",
    "1.234",
    "chưa có thư nào được gửi đi",
    "Mất đĩa của Kafka",
    "Đĩa đầy",
    "Đồng hồ nhảy",
    "Phục hồi từ bản sao lưu",
}
"""Words that the guides press on people, and that no page shows."""


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_a_guide_names_buttons_and_headings_as_pages_show_them(guide: Path) -> None:
    labels = load_labels()
    shown = [labels.text(key, Language.VI) for key in labels.keys(Language.VI)]
    named = {" ".join(each.split()) for each in NAMED.findall(guide.read_text(encoding="utf-8"))}
    assert named
    unknown = {each for each in named - NOT_OF_A_PAGE if not any(each in text for text in shown)}
    assert unknown == set()
