"""docs/api-problems.md lists what the API answers with; it is compared, not written, here."""

from shared.labels.labels import Language, load_labels
from shared.web.problem_types import PROBLEM_TYPES
from tests.support.templates import ROOT

DOCUMENT = ROOT / "docs" / "api-problems.md"


def test_every_problem_is_documented_with_its_status_and_its_words():
    labels = load_labels()
    rows = [
        f"| `{each.code}` | {each.status} | {labels.text(each.title_key, Language.EN)} "
        f"| {labels.text(each.help_key, Language.EN)} |"
        for each in PROBLEM_TYPES.values()
    ]
    written = [line for line in DOCUMENT.read_text("utf-8").splitlines() if line.startswith("| `")]
    assert written == rows
