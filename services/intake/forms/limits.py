"""Which cells of a form must be filled in, and for whom some are closed, in words."""

from collections.abc import Iterator

from services.intake.forms.explained import Explained
from services.intake.forms.rule_words import RuleWords
from shared.domain.cells import CellRule, Scope
from shared.domain.forms import Column, FormTemplate, Row
from shared.labels.labels import Labels, Language


def limits_of(
    form: FormTemplate, words: RuleWords, *, labels: Labels, language: Language
) -> Iterator[Explained]:
    """Of rows, of columns, and of single cells, which stand before both."""

    def said(part: Row | Column | CellRule) -> Iterator[str]:
        if part.required is not None:
            key = "forms.required" if part.required else "forms.not_required"
            yield labels.text(key, language)
        if not part.closed.is_everybody:
            whom = _whom(part.closed, labels, language)
            yield labels.text("forms.closed_for", language, whom=whom)

    named: list[tuple[str, Row | Column | CellRule]] = [
        *((words.heading(each), each) for each in form.columns),
        *((words.heading(each), each) for each in form.rows),
        *((words.cell_name(each.cell), each) for each in form.cells),
    ]
    for name, part in named:
        text = "; ".join(said(part))
        if text:
            yield Explained(name, text)


def _whom(scope: Scope, labels: Labels, language: Language) -> str:
    known = [labels.text(f"forms.kinds.{each.value}", language) for each in sorted(scope.kinds)]
    levels = [
        labels.text(f"catalogue.level.{each}", language).lower()
        if labels.has(f"catalogue.level.{each}", language)
        else each
        for each in sorted(scope.levels)
    ]
    only = ", ".join(sorted(scope.only))
    others = [labels.text("forms.all_but", language, codes=only)] if only else []
    return ", ".join([*known, *levels, *others])
