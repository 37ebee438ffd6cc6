"""Labels are complete: the same keys in every language, and every key that the pages ask for."""

import re
import string

import pytest
from jinja2 import nodes

from shared.labels.labels import (
    FOLDER,
    DuplicateLabel,
    Labels,
    Language,
    MissingLabel,
    load_labels,
)
from shared.web.navigation import NAVIGATION
from shared.web.pages import make_environment
from shared.web.principals import Role
from shared.web.problem_types import PROBLEM_TYPES
from tests.support.templates import TEMPLATES, template_id
from tests.unit.web.composed_labels import COMPOSED

LABELS = load_labels()
PLURAL_FORMS = {"vi": {"other"}, "en": {"one", "other"}}


def plain(key: str) -> str:
    head, _, last = key.rpartition(".")
    return head if last in {"one", "other"} else key


def test_every_language_has_the_same_keys():
    vietnamese, english = ({plain(key) for key in LABELS.keys(each)} for each in Language)
    assert vietnamese - english == set()
    assert english - vietnamese == set()


def test_every_counted_text_has_the_plural_forms_of_its_language():
    counted = {key.removesuffix(".other") for key in LABELS.keys(Language.VI) if ".other" in key}
    counted = {key for key in counted if f"{key}.one" in LABELS.keys(Language.EN)}
    for language in Language:
        for key in counted:
            assert all(LABELS.has(f"{key}.{form}", language) for form in PLURAL_FORMS[language])


def fields(key: str, language: Language) -> set[str]:
    texts = LABELS._texts[language]
    return {name for _, name, _, _ in string.Formatter().parse(texts[key]) if name}


def test_texts_of_all_languages_take_the_same_values():
    for key in LABELS.keys(Language.VI) & LABELS.keys(Language.EN):
        assert fields(key, Language.VI) == fields(key, Language.EN), key


def test_no_text_is_blank_or_holds_markup():
    for language in Language:
        for key in LABELS.keys(language):
            text = LABELS.text(key, language)
            assert text.strip() == text != ""
            assert not re.search(r"<[a-z/]", text), key


@pytest.mark.parametrize("path", TEMPLATES, ids=template_id)
def test_every_label_that_a_template_asks_for_exists(path):
    tree = make_environment([]).parse(path.read_text("utf-8"))
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "t":
            counted = any(keyword.key == "count" for keyword in call.kwargs)
            assert_label(call.args[0], counted=counted)


def assert_label(argument: nodes.Expr, *, counted: bool) -> None:
    """A literal must be a key; of a composed one, all that may follow is known."""
    if isinstance(argument, nodes.Const):
        key = f"{argument.value}.other" if counted else argument.value
        assert LABELS.has(key), key
    elif isinstance(argument, nodes.Concat) and isinstance(argument.nodes[0], nodes.Const):
        assert argument.nodes[0].value in COMPOSED, "say what may follow it in composed_labels.py"


@pytest.mark.parametrize("beginning", COMPOSED)
def test_every_label_that_a_template_may_compose_exists(beginning: str) -> None:
    for member in COMPOSED[beginning]:
        key = f"{beginning}{member}"
        assert LABELS.has(key) or LABELS.has(f"{key}.other"), key


def test_every_composed_key_of_the_edge_exists():
    keys = {item.label for item in NAVIGATION} | {f"role.{role}" for role in Role}
    keys |= {key for each in PROBLEM_TYPES.values() for key in (each.title_key, each.help_key)}
    assert {key for key in keys if not LABELS.has(key)} == set()


def test_a_key_given_by_two_files_is_refused(tmp_path):
    for language in Language:
        (tmp_path / language).mkdir()
    (tmp_path / "vi" / "a.yaml").write_text("home: {title: A}")
    (tmp_path / "vi" / "b.yaml").write_text("home: {title: B}")
    with pytest.raises(DuplicateLabel, match=r"home\.title"):
        load_labels(tmp_path)


def test_an_unknown_key_is_an_error_that_says_where_to_add_it():
    with pytest.raises(MissingLabel, match="shared/labels/vi"):
        LABELS.text("nothing.here", Language.VI)


def test_a_text_is_counted_by_the_rules_of_its_language():
    labels = Labels(
        {Language.VI: {"n.other": "{count} ô"}, Language.EN: {"n.one": "a", "n.other": "{count}s"}}
    )
    assert labels.text("n", Language.VI, count=1) == "1 ô"
    assert labels.text("n", Language.EN, count=1) == "a"
    assert labels.text("n", Language.EN, count=2) == "2s"


def test_files_lie_in_a_folder_per_language():
    assert {path.name for path in FOLDER.iterdir() if path.is_dir()} - {"__pycache__"} == {
        "vi",
        "en",
    }
