"""Makes forms of the domain from the documents of the catalogue."""

from collections.abc import Iterable

from shared.catalogue.field_schemas import (
    CellModel,
    ChoiceModel,
    ColumnModel,
    FeedModel,
    ListColumnModel,
    ListModel,
    RowModel,
    SectionModel,
)
from shared.catalogue.schemas import CheckModel, FormFile
from shared.domain.cells import LONGEST_TEXT, CellRef, CellRule, Choice, Scope
from shared.domain.forms import Column, CrossCheck, FormTemplate, Row
from shared.domain.identifiers import ColumnCode, FormCode, OrganizationCode, RowCode
from shared.domain.narratives import EntryList, Feed, ListCode, ListColumn, Section, SectionCode
from shared.formulas.parser import parse_formula


def build_form(model: FormFile) -> FormTemplate:
    """A form; raises a formula's error for one that cannot be read, InvalidForm for the rest."""
    return FormTemplate(
        code=FormCode(model.code),
        slug=model.slug,
        version=model.version,
        name=model.name,
        name_en=model.name_en,
        short_name=model.short_name,
        short_name_en=model.short_name_en,
        rows=tuple(_row(row) for row in model.rows.items),
        columns=tuple(_column(column, unit=model.unit) for column in model.columns.items),
        checks=tuple(_check(check) for check in model.checks),
        entering_levels=frozenset(model.entering_levels),
        summing_levels=frozenset(model.summing_levels),
        blank_is_zero=model.blank_is_zero,
        precedence=model.precedence,
        cells=tuple(_cell_rule(rule) for rule in model.cells),
        lists=tuple(_list(each) for each in model.lists),
        sections=tuple(_section(each) for each in model.sections),
        valid_from=model.valid_from,
        valid_to=model.valid_to,
    )


def _row(model: RowModel) -> Row:
    return Row(
        code=RowCode(model.code),
        label=model.label,
        label_en=model.label_en,
        number=model.number,
        parent=None if model.parent is None else RowCode(model.parent),
        sum_of_children=model.sum_of_children,
        formula=None if model.formula is None else parse_formula(model.formula),
        type=model.type,
        unit=model.unit,
        decimals=model.decimals,
        time_operator=model.time_operator,
        tree_operator=model.tree_operator,
        weight=None if model.weight is None else RowCode(model.weight),
        value_kind=model.value_kind,
        prefill=None if model.prefill is None else parse_formula(model.prefill),
        indicator=model.indicator,
        required=model.required,
        closed=_scope(model),
        max_length=model.max_length,
        choices=_choices(model.choices),
    )


def _column(model: ColumnModel, *, unit: str) -> Column:
    return Column(
        code=ColumnCode(model.code),
        label=model.label,
        label_en=model.label_en,
        type=model.type,
        unit=model.unit or unit,
        number=model.number or f"({model.code})",
        formula=None if model.formula is None else parse_formula(model.formula),
        parent=None if model.parent is None else ColumnCode(model.parent),
        time_operator=model.time_operator,
        tree_operator=model.tree_operator,
        weight=None if model.weight is None else ColumnCode(model.weight),
        value_kind=model.value_kind,
        decimals=model.decimals,
        prefill=None if model.prefill is None else parse_formula(model.prefill),
        indicator=model.indicator,
        required=model.required,
        closed=_scope(model),
        max_length=model.max_length or LONGEST_TEXT,
        choices=_choices(model.choices),
    )


def _check(model: CheckModel) -> CrossCheck:
    rows = model.rows
    return CrossCheck(
        code=model.code,
        severity=model.severity,
        expression=parse_formula(model.rule),
        message=model.message,
        message_en=model.message_en,
        rows=rows if isinstance(rows, str) else tuple(RowCode(code) for code in rows),
    )


def _scope(model: RowModel | ColumnModel | CellModel) -> Scope:
    closed = model.closed_for
    return Scope(
        kinds=frozenset(closed.kinds if closed else ()),
        levels=frozenset(closed.levels if closed else ()),
        only=frozenset(map(OrganizationCode, model.only_for)),
    )


def _choices(models: Iterable[ChoiceModel]) -> tuple[Choice, ...]:
    return tuple(Choice(each.code, each.label, each.label_en) for each in models)


def _cell_rule(model: CellModel) -> CellRule:
    return CellRule(
        cell=CellRef(RowCode(model.row), ColumnCode(model.column)),
        required=model.required,
        closed=_scope(model),
    )


def _list(model: ListModel) -> EntryList:
    return EntryList(
        code=ListCode(model.code),
        label=model.label,
        label_en=model.label_en,
        guidance=model.guidance,
        min_entries=model.min,
        max_entries=model.max,
        columns=tuple(_list_column(each) for each in model.columns),
        feeds=tuple(_feed(each) for each in model.feeds),
    )


def _list_column(model: ListColumnModel) -> ListColumn:
    return ListColumn(
        code=ColumnCode(model.code),
        label=model.label,
        label_en=model.label_en,
        type=model.type,
        unit=model.unit or "",
        decimals=model.decimals,
        required=model.required,
        max_length=model.max_length or LONGEST_TEXT,
        choices=_choices(model.choices),
    )


def _feed(model: FeedModel) -> Feed:
    return Feed(
        cell=CellRef(RowCode(model.row), ColumnCode(model.column)),
        operator=model.operator,
        column=None if model.of is None else ColumnCode(model.of),
    )


def _section(model: SectionModel) -> Section:
    return Section(
        code=SectionCode(model.code),
        heading=model.heading,
        heading_en=model.heading_en,
        number=model.number,
        guidance=model.guidance,
        required=model.required,
        max_length=model.max_length,
        max_files=model.max_files,
    )
