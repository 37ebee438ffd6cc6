"""Judges all reports of an import: whose they are, what they name, and what is wrong in each.

Judging goes in the order of the cut-offs, so that a file with several periods is compared with
itself. It gives way to other requests between reports: at the deadline hour people send, too.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from services.intake.comparing import Before, compared
from services.intake.imports.entries import Entry
from services.intake.imports.stories import Filing, Step, Story, tell
from services.intake.places import Place, Resolved, resolve
from services.intake.service import Intake
from services.intake.submissions.faults import refusal
from services.intake.submissions.judging import judge_figures
from services.intake.submissions.repository import Context
from services.intake.submissions.schemas import SubmissionBody
from services.intake.submissions.use_cases import (
    enters_for_another,
    require_sender,
    require_sender_for,
)
from shared.catalogue.catalogue import Catalogue
from shared.domain.errors import ReasonRequired
from shared.domain.figures import Figures
from shared.domain.reports import Act, ReportError
from shared.web.principals import Principal
from shared.web.problems import (
    NotFound,
    NotPermitted,
    ProblemFault,
    ValidationFailed,
)
from shared.web.scope import scope_of

JUDGED_IN_ONE_GO = 10
"""Reports of some tenths of a millisecond each, before other requests have their turn."""

MOST_FAULTS = 2_000
"""Only garbage has more; the answer to garbage stays small."""

Key = tuple[int, str, str, str]
ItemT = TypeVar("ItemT")


@dataclass(frozen=True, slots=True)
class Located:
    """A report of an import whose place is known."""

    entry: Entry
    place: Place


@dataclass
class Book:
    """What the reports told so far say, for the reports of later periods in the same import."""

    known: Catalogue
    figures: dict[Key, Figures | None] = field(default_factory=dict)

    def context(self, place: Place, stored: Context) -> Context:
        """What is stored, overlaid by what is being imported."""
        beside = compared(self.known, place)
        return replace(
            stored,
            previous=self._told(place, beside.previous, stored=stored.previous),
            same_period_last_year=self._told(
                place, beside.last_year, stored=stored.same_period_last_year
            ),
        )

    def _told(self, place: Place, before: Before, *, stored: Figures | None) -> Figures | None:
        """As stored, unless the import tells of one of the units; then it must tell of them all."""
        keys = [(unit, place.regime.code, place.form.code, before.period) for unit in before.units]
        if not any(key in self.figures for key in keys):
            return stored
        figures = (self.figures.get(key) for key in keys)
        return before.together([each for each in figures if each is not None])

    def enter(self, place: Place, filing: Filing) -> Filing:
        self.figures[_key(place, period=place.period.code)] = filing.figures
        return filing


async def locate(
    known: Catalogue, intake: Intake, principal: Principal, *, entries: Sequence[Entry]
) -> list[Located]:
    """The place of each report, in the order of the file.

    Raises:
        NotFound, NotPermitted: names each report that is not the caller's to send.
        ValidationFailed: names each report whose place or shape is wrong.
    """
    today = intake.clock.today()
    found = [(entry, resolve(known, entry.body, today=today)) async for entry in _in_turns(entries)]
    _require_authority(known, intake, principal, found=found)
    faults = [fault for entry, resolved in found for fault in _shape_faults(entry, resolved)]
    located: dict[Key, Located] = {}
    for entry, resolved in found:
        if resolved.place is None:
            continue
        key = _key(resolved.place, period=resolved.place.period.code)
        if key in located:
            faults += entry.located([_given_twice()])
        located[key] = Located(entry, resolved.place)
    require_none(faults)
    return list(located.values())


async def judge(
    intake: Intake,
    known: Catalogue,
    located: Sequence[Located],
    *,
    contexts: Sequence[Context],
    principal: Principal,
    at: datetime,
) -> list[Filing]:
    """What is to be stored, in the order of the file.

    Raises:
        ValidationFailed, CrossCheckFailed: with every fault of every report.
    """
    filings: dict[int, Filing] = {}
    faults: dict[int, list[ProblemFault]] = {}
    book, numbers = Book(known), range(len(located))
    in_order = sorted(numbers, key=lambda number: located[number].place.period.cutoff_date)
    async for number in _in_turns(in_order):
        each = located[number]
        body, proxy = each.entry.body, _proxy(each, contexts[number], principal=principal)
        step = Step(Act.SUBMIT, at, principal, body, body.reason, proxy=proxy)
        context = book.context(each.place, contexts[number])
        try:
            filing = tell(Story(each.place, (step,)), intake=intake, known=known, context=context)
        except ValidationFailed as problem:
            faults[number] = each.entry.located(problem.errors)
        except (ReasonRequired, ReportError) as error:
            fault = ProblemFault(code=error.code, detail=str(error), pointer="/reason")
            faults[number] = each.entry.located([fault])
        else:
            filings[number] = book.enter(each.place, filing)
    require_none([fault for number in sorted(faults) for fault in faults[number]])
    return [filings[number] for number in numbers]


async def tell_all(
    intake: Intake, known: Catalogue, stories: Sequence[Story], *, contexts: Sequence[Context]
) -> list[Filing]:
    """What is to be stored of histories, which come in the order of their periods.

    Raises:
        ValidationFailed, ReportError: the first story that could not have happened.
    """
    book = Book(known)
    return [
        book.enter(
            story.place,
            tell(story, intake=intake, known=known, context=book.context(story.place, context)),
        )
        async for story, context in _in_turns(list(zip(stories, contexts, strict=True)))
    ]


def attachment_named(body: SubmissionBody | None) -> str | None:
    """The hash of the signed file that a report names."""
    return None if body is None or body.document is None else body.document.attachment_sha256


def require_none(faults: list[ProblemFault]) -> None:
    """Raises ValidationFailed or CrossCheckFailed if there is any fault."""
    if len(faults) > MOST_FAULTS:
        detail = f"Còn lỗi khác ngoài {MOST_FAULTS} lỗi đầu. Hãy sửa các lỗi này rồi nhập lại."
        more = ProblemFault(code="too_many_faults", detail=detail, pointer="")
        faults = [*faults[:MOST_FAULTS], more]
    if faults:
        raise refusal(faults)


async def _in_turns(items: Sequence[ItemT]) -> AsyncIterator[ItemT]:
    """The items, letting other work run in between."""
    for number, item in enumerate(items):
        if number % JUDGED_IN_ONE_GO == 0:
            await asyncio.sleep(0)
        yield item


def _require_authority(
    known: Catalogue,
    intake: Intake,
    principal: Principal,
    *,
    found: Sequence[tuple[Entry, Resolved]],
) -> None:
    """A signer sends for the own organization, a reviewer enters for those whose reports it gets.

    What the caller may not even read does not exist for it.
    """
    scope = scope_of(principal, known, on=intake.clock.today())
    named = [
        (entry, resolved.organization.id) for entry, resolved in found if resolved.organization
    ]
    hidden = [entry for entry, each in named if not scope.can_read(each)]
    if hidden:
        raise NotFound(errors=_named(hidden))
    for unit_id in {each for _, each in named}:
        if unit_id == principal.organization_id:
            require_sender(principal, proxy=False)
        else:
            require_sender_for(principal, known, unit_id, on=intake.clock.today())


def _proxy(each: Located, context: Context, *, principal: Principal) -> bool:
    """Whether it is entered for the sender: the obligation holds who sends and who receives.

    What nobody owes is a fault of the report, not of who sends it.
    """
    unit_id = each.place.organization.id
    if context.obligation is None:
        return unit_id != principal.organization_id
    try:
        return enters_for_another(principal, context.obligation, organization_id=unit_id)
    except NotPermitted:
        raise NotPermitted(errors=_named([each.entry])) from None


def _named(entries: Sequence[Entry]) -> list[ProblemFault]:
    faults = [fault for entry in entries for fault in entry.located([_not_yours()])]
    return faults[:MOST_FAULTS]


def _shape_faults(entry: Entry, resolved: Resolved) -> list[ProblemFault]:
    """Of a report that cannot be placed also what is wrong with its figures."""
    if resolved.place is not None and not entry.faults:
        return []
    figures = judge_figures(resolved.form, entry.body)
    return [*entry.faults, *entry.located([*resolved.faults, *figures])]


def _given_twice() -> ProblemFault:
    return ProblemFault(
        code="given_twice",
        detail="Tệp đã có báo cáo của đơn vị này cho biểu mẫu và kỳ này. Hãy giữ một báo cáo.",
        pointer="/organization",
    )


def _not_yours() -> ProblemFault:
    return ProblemFault(
        code="not_permitted",
        detail="Tài khoản này không gửi được báo cáo của đơn vị này.",
        pointer="/organization",
    )


def _key(place: Place, *, period: str) -> Key:
    return place.organization.id, place.regime.code, place.form.code, period
