"""Is the same figure asked twice? (Nghị định 09/2019/NĐ-CP, art. 6: regimes must not overlap.)

Two regimes that are in force at the same time ask twice if, as often as each other and of the same
levels, they ask for one form, or for one indicator: rows and columns of forms name theirs, and
indicators of one name and unit are one. What is asked on request is judged when somebody asks.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from shared.catalogue.entries import Item
from shared.catalogue.faults import KeyPath, PackFault
from shared.catalogue.regime_schemas import RegimeFile
from shared.catalogue.schema_parts import Dated
from shared.catalogue.schemas import FormFile, IndicatorModel
from shared.domain.names import search_key
from shared.domain.periods import Frequency


@dataclass(frozen=True, slots=True)
class _Question:
    """A form as a regime asks for it; `place` is where the regime names it."""

    regime: Item[RegimeFile]
    index: int
    form: Item[FormFile]

    @property
    def levels(self) -> frozenset[str]:
        return frozenset(self.form.model.entering_levels)

    def meets(self, other: "_Question") -> bool:
        """Whether some organization is asked by both for the same stretch of time."""
        ours, theirs = self.regime.model, other.regime.model
        return (
            _overlap(ours, theirs)
            and _overlap(self.form.model, other.form.model)
            and _as_often(ours, theirs)
            and bool(self.levels & other.levels)
        )


@dataclass(frozen=True, slots=True)
class _Naming:
    """Where something names the concept that it asks for."""

    question: _Question
    item: Item[FormFile] | Item[IndicatorModel]
    path: KeyPath

    @property
    def key(self) -> tuple[str, date, KeyPath]:
        return self.item.model.code, self.item.model.valid_from, self.path


def asked_twice(
    regimes: Iterable[Item[RegimeFile]],
    *,
    forms: Sequence[Item[FormFile]],
    indicators: Sequence[Item[IndicatorModel]],
) -> Iterator[PackFault]:
    """A fault for each figure that somebody would be asked for twice."""
    questions = list(_questions(regimes, forms=forms))
    yield from _forms_twice(questions)
    yield from _indicators_twice(questions, indicators=indicators)


def _questions(
    regimes: Iterable[Item[RegimeFile]], *, forms: Sequence[Item[FormFile]]
) -> Iterator[_Question]:
    for regime in regimes:
        if regime.model.on_request is not None:
            continue
        for index, code in enumerate(regime.model.forms):
            for form in forms:
                if form.model.code == code and _overlap(regime.model, form.model):
                    yield _Question(regime, index, form)


def _forms_twice(questions: Sequence[_Question]) -> Iterator[PackFault]:
    told: set[tuple[str, str, str]] = set()
    for first, second in combinations(questions, 2):
        one, other = first.regime.model.code, second.regime.model.code
        form = first.form.model.code
        key = (form, min(one, other), max(one, other))
        if one == other or form != second.form.model.code or key in told:
            continue
        if first.meets(second):
            told.add(key)
            detail = (
                f"biểu “{form}” đã được chế độ “{one}” yêu cầu cùng tần suất, cùng thời gian "
                f"({_where(first.regime)}); mỗi số liệu chỉ hỏi một lần, hãy bỏ biểu ở một chế độ"
            )
            yield second.regime.fault("figure_asked_twice", detail, "forms", second.index)


def _indicators_twice(
    questions: Sequence[_Question], *, indicators: Sequence[Item[IndicatorModel]]
) -> Iterator[PackFault]:
    named: dict[tuple[str, str], list[_Naming]] = defaultdict(list)
    for question in questions:
        for code, path in _named_in(question.form):
            named["indicator", code].append(_Naming(question, question.form, path))
        for each in indicators:
            if each.model.form == question.form.model.code:
                concept = f"{search_key(each.model.name)} ({each.model.unit})"
                named["name", concept].append(_Naming(question, each, ("name",)))
    for (_, concept), namings in named.items():
        yield from _faults_of(concept, namings)


def _faults_of(concept: str, namings: Sequence[_Naming]) -> Iterator[PackFault]:
    told = set()
    for first, second in combinations(namings, 2):
        if first.key == second.key or second.key in told:
            continue
        if first.question.meets(second.question):
            told.add(second.key)
            detail = (
                f"chỉ tiêu “{concept}” đã hỏi ở biểu “{first.question.form.model.code}” của chế độ "
                f"“{first.question.regime.model.code}” ({_where(first.item, *first.path)}), cùng "
                "tần suất, cùng đơn vị báo cáo; mỗi số liệu chỉ hỏi một lần, hãy bỏ một nơi"
            )
            yield second.item.fault("figure_asked_twice", detail, *second.path)


def _named_in(form: Item[FormFile]) -> Iterator[tuple[str, KeyPath]]:
    """The concepts that typed rows and columns name."""
    for index, row in enumerate(form.model.rows.items):
        if row.indicator is not None:
            yield row.indicator, ("rows", "items", index, "indicator")
    for index, column in enumerate(form.model.columns.items):
        if column.indicator is not None:
            yield column.indicator, ("columns", "items", index, "indicator")


def _overlap(one: Dated, other: Dated) -> bool:
    first = max(one.valid_from, other.valid_from)
    return first < min(one.valid_to or date.max, other.valid_to or date.max)


def _as_often(one: RegimeFile, other: RegimeFile) -> bool:
    """Periods of different length are different figures; dates are compared themselves."""
    if one.periods.frequency is not other.periods.frequency:
        return False
    if one.periods.frequency is not Frequency.ONCE:
        return True
    return any(
        ours.first <= theirs.last and theirs.first <= ours.last
        for ours in one.periods.dates
        for theirs in other.periods.dates
    )


def _where(item: Item[RegimeFile] | Item[FormFile] | Item[IndicatorModel], *path: str | int) -> str:
    return str(item.place(*path) or "đã có trong cơ sở dữ liệu")
