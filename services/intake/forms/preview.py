"""A form as officers will see it, with what stands behind its cells in words."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from services.intake.contents import Asked, asked_content
from services.intake.forms.explained import Explained
from services.intake.forms.limits import limits_of
from services.intake.forms.rule_words import RuleWords
from services.intake.grids import Grid, entry_grid
from services.intake.wording import form_title, regime_name
from shared.catalogue.catalogue import Catalogue
from shared.catalogue.regimes import Regime
from shared.catalogue.remarks import Remark
from shared.domain.forms import Column, FormTemplate, Row
from shared.formulas.forms_json import form_json
from shared.labels.labels import Labels, Language

_SCRIPT_LABELS = (
    *("fault", "warning", "fault_count", "warning_count", "no_faults", "nothing_entered"),
    *("pasted", "skipped", "unplaced", "unknown_columns"),
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A cross-check: where it is judged, what must hold, and what people read when it does not."""

    code: str
    severity: str
    place: str
    demand: str
    message: str


@dataclass(frozen=True, slots=True)
class Preview:
    """All that a page needs to show a form; `regimes` are the names of those that ask for it.

    `derived` and `prefilled` tell of locked cells and of cells that are filled in, `limits` of
    those that must be filled in or are closed for some. `asked` is what stands below the table;
    `data` is what the scripts of the page need, as JSON.
    """

    form: FormTemplate
    title: str
    units: tuple[str, ...]
    last_day: date | None
    grid: Grid
    regimes: tuple[str, ...]
    derived: tuple[Explained, ...]
    prefilled: tuple[Explained, ...]
    limits: tuple[Explained, ...]
    asked: Asked
    rules: tuple[Rule, ...]
    remarks: tuple[Remark, ...]
    data: Markup

    @property
    def typed_count(self) -> int:
        """Cells of figures and of words; what a list fills in nobody types."""
        typed = len(self.form.input_cells) + len(self.form.word_cells)
        return typed - len(self.form.fed_cells)

    @property
    def locked_count(self) -> int:
        return len(self.form.derivations) + len(self.form.fed_cells)


def preview_of(
    known: Catalogue, form: FormTemplate, *, labels: Labels, language: Language
) -> Preview:
    """The form in the reader's language; what it has no English for is told in Vietnamese."""
    words = RuleWords(labels, language, form=form)
    return Preview(
        form=form,
        title=form_title(form, language),
        units=tuple(dict.fromkeys(_units(form))),
        last_day=last_day_of(form),
        grid=entry_grid(form, {}, language=language),
        regimes=tuple(dict.fromkeys(regime_name(each, language) for each in asking(known, form))),
        derived=tuple(_derived(form, words, labels=labels, language=language)),
        prefilled=tuple(_prefilled(form, words)),
        limits=tuple(limits_of(form, words, labels=labels, language=language)),
        asked=asked_content(form, _one_entry_each(form), faults=(), language=language),
        rules=tuple(_rules(form, words)),
        remarks=known.remarks.get((form.code, form.version), ()),
        data=_data(form, labels, language=language),
    )


def asking(known: Catalogue, form: FormTemplate) -> list[Regime]:
    """The regimes that ask for the form while this version of it is in force."""
    return [
        each
        for each in known.regimes
        if form.code in each.forms
        and (each.valid_to is None or each.valid_to > form.valid_from)
        and (form.valid_to is None or form.valid_to > each.valid_from)
    ]


def last_day_of(form: FormTemplate) -> date | None:
    """The last day on which this version holds; None where no end is known."""
    return None if form.valid_to is None else form.valid_to - timedelta(days=1)


def _units(form: FormTemplate) -> Iterator[str]:
    for row in form.input_rows:
        yield from (row.unit or column.unit for column in form.input_columns)


def _derived(
    form: FormTemplate, words: RuleWords, *, labels: Labels, language: Language
) -> Iterator[Explained]:
    for column in form.columns:
        if column.formula is not None:
            yield Explained(words.heading(column), words.told(column.formula))
    for row in form.rows:
        if row.formula is not None:
            yield Explained(words.heading(row), words.told(row.formula))
        elif row.sum_of_children:
            names = _few([words.name(each) for each in form.children_of(row.code)])
            text = labels.text("forms.words.sum", language, one=names)
            yield Explained(words.heading(row), text)

    for cell, (entries, feed) in form.fed_cells.items():
        name = (entries.label_en if language is Language.EN else None) or entries.label
        added = None if feed.column is None else entries.column_by_code[feed.column].label
        key = "fed_count" if added is None else "fed_sum"
        text = labels.text(f"forms.words.{key}", language, one=name, two=added or "")
        yield Explained(words.cell_name(cell), text)


def _one_entry_each(form: FormTemplate) -> dict[str, object]:
    """So that the fields of every list are seen."""
    return {"lists": {each.code: [{}] for each in form.lists}}


def _few(names: Sequence[str]) -> str:
    """A long list is told by its ends."""
    if len(names) <= 4:
        return ", ".join(names)
    return f"{names[0]}, {names[1]}, …, {names[-1]}"


def _prefilled(form: FormTemplate, words: RuleWords) -> Iterator[Explained]:
    parts: tuple[Row | Column, ...] = (*form.columns, *form.rows)
    for part in parts:
        if part.prefill is not None:
            yield Explained(words.heading(part), words.told(part.prefill))


def _rules(form: FormTemplate, words: RuleWords) -> Iterator[Rule]:
    for check in form.checks:
        demand = words.demand(check.expression)
        yield Rule(
            code=check.code,
            severity=check.severity.value,
            place=words.place(check),
            demand=f"{demand[:1].upper()}{demand[1:]}.",
            message=words.message(check),
        )


def _data(form: FormTemplate, labels: Labels, *, language: Language) -> Markup:
    """JSON that may stand inside a script element: no `<` is left in it."""
    said = {name: labels.text(f"intake.script.{name}", language) for name in _SCRIPT_LABELS}
    text = json.dumps({"form": form_json(form, language.value), "labels": said}, ensure_ascii=False)
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704
