"""A PDF is what it claims to be: PDF/A-2b, fit for archives; whatever somebody has written."""

import json
import subprocess
from pathlib import Path

import pytest

from services.intake.printing.papers import Paper, PaperSection
from services.intake.printing.pdf import REPLACED, write_pdf
from tests.fixtures.availability import required_program
from tests.support.papers import paper

AT = "2025-06-17T08:00:00+07:00"
VERAPDF = Path(__file__).parents[2] / "support" / "verapdf"
SHELL = "org.mozilla.javascript.tools.shell.Main"
MAVEN_SECONDS = 300
JAVA_SECONDS = 120


def pdf_of(given: Paper) -> bytes:
    content = json.dumps(given.as_json(), ensure_ascii=False).encode()
    return write_pdf(content, {"at": AT, "font_directory": None})


def said(text: str, *remarks: str) -> Paper:
    section = PaperSection(heading="I. Kết quả", paragraphs=(text,))
    return paper(sections=(section,), remarks=remarks)


def test_a_letter_that_no_face_has_is_a_question_mark_and_a_note_says_so() -> None:
    assert pdf_of(said("Đạt 😀 chỉ tiêu 漢")) == pdf_of(said("Đạt ? chỉ tiêu ?", REPLACED))


def test_bullets_of_word_stay_bullets() -> None:
    assert pdf_of(said("\uf0b7 Họp giao ban")) == pdf_of(said("• Họp giao ban"))


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the validator, brought by Maven."""
    folder = tmp_path_factory.mktemp("verapdf")
    maven = required_program("mvn", group="kafka")
    order = ("dependency:copy-dependencies", f"-DoutputDirectory={folder}")
    subprocess.run(  # noqa: S603 (our own order)
        [maven, "--quiet", "--batch-mode", f"--file={VERAPDF / 'pom.xml'}", *order],
        check=True,
        timeout=MAVEN_SECONDS,
    )
    return folder


@pytest.mark.soak
def test_every_file_keeps_the_rules_that_it_claims_to_keep(libraries: Path, tmp_path: Path) -> None:
    papers = {
        "whole": paper(),
        "without-table": paper(table=None, lists=(), sections=()),
        "simulated": paper(simulated="Số liệu mô phỏng, không phải số liệu thật"),
        "odd-letters": said("Đạt 😀 → ☑ 漢 \uf0b7"),
    }
    files = []
    for name, each in papers.items():
        files.append(tmp_path / f"{name}.pdf")
        files[-1].write_bytes(pdf_of(each))
    java = required_program("java", group="kafka")
    told = subprocess.run(  # noqa: S603 (our own order)
        [java, "-cp", f"{libraries}/*", SHELL, VERAPDF / "validate.js", *files],
        check=True,
        capture_output=True,
        text=True,
        timeout=JAVA_SECONDS,
    )
    found = [json.loads(line) for line in told.stdout.splitlines()]

    assert [(each["claimed"], each["broken"]) for each in found] == [("2b", [])] * len(papers)
    assert all(each["compliant"] and each["checked"] > 1_000 for each in found)
