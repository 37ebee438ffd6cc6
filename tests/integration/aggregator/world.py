"""A province of three levels with two forms, and histories of its reports as the log holds them."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from shared.catalogue.catalogue import Catalogue, DatedIndicator
from shared.catalogue.regimes import Regime
from shared.domain.deadlines import DayOfMonth, Ladder, LadderStep, Roll
from shared.domain.figures import figure_text
from shared.domain.identifiers import (
    FormCode,
    IndicatorCode,
    OrganizationCode,
    OrganizationId,
    PeriodCode,
    RegimeCode,
)
from shared.domain.indicators import Indicator
from shared.domain.organizations import OrganizationKind, OrganizationVersion
from shared.domain.periods import Frequency, PeriodCalendar, PeriodKind, parse_period
from shared.domain.reports import (
    Act,
    Report,
    ReportError,
    approve,
    first_submission,
    return_to_sender,
    submit,
    withdraw,
)
from shared.events.envelope import RecordedEvent
from shared.events.topics import EventType, period_subject
from shared.formulas.parser import parse_formula
from tests.integration.aggregator.forms import FORMS, SUMMED, TYPED

REGIME = RegimeCode("REGIME")
Q1, Q2 = PeriodCode("2025-Q1"), PeriodCode("2025-Q2")
CUTOFFS = {Q1: date(2025, 3, 14), Q2: date(2025, 6, 14)}


def cutoff_of(period: PeriodCode) -> date:
    return parse_period(period, calendar=PeriodCalendar.ADMINISTRATIVE).cutoff_date


DEADLINE = datetime(2025, 6, 17, 17, tzinfo=UTC)
START = datetime(2025, 6, 16, 1, tzinfo=UTC)
PROVINCE = OrganizationId(1)
DISTRICTS = tuple(OrganizationId(each) for each in (2, 3, 4))
COMMUNES = {
    district: tuple(OrganizationId(10 * district + each) for each in range(4))
    for district in DISTRICTS
}
RECEIVERS = {commune: district for district, below in COMMUNES.items() for commune in below}
VERBS = {
    Act.SUBMIT: EventType.REPORT_SUBMITTED,
    Act.RETURN: EventType.REPORT_RETURNED,
    Act.APPROVE: EventType.REPORT_APPROVED,
    Act.WITHDRAW: EventType.REPORT_WITHDRAWN,
}


def organization(
    number: int, *, level: str, parent: OrganizationId | None, name: str = ""
) -> OrganizationVersion:
    return OrganizationVersion(
        id=OrganizationId(number),
        code=OrganizationCode(str(number)),
        name=name or f"{level} {number}",
        kind=OrganizationKind(level),
        level=level,
        parent_id=parent,
        province_id=PROVINCE,
        valid_from=date(2024, 1, 1),
        valid_to=None,
        sort_key=str(number),
        contact_name=f"Người liên hệ {number}",
        phone="0271 0000000",
    )


def province() -> list[OrganizationVersion]:
    return [
        organization(PROVINCE, level="province", parent=None),
        *(organization(each, level="district", parent=PROVINCE) for each in DISTRICTS),
        *(
            organization(each, level="commune", parent=district)
            for district, communes in COMMUNES.items()
            for each in communes
        ),
    ]


KINDS_OF_ACT = (
    *["submit"] * 5,
    *["approve"] * 3,
    *("return", "withdraw", "fix", "exclude", "extend", "include"),
)
QUARTERLY = Regime(
    code=REGIME,
    version=1,
    name="Chế độ thử",
    name_en=None,
    periods=PeriodKind(Frequency.QUARTER, PeriodCalendar.ADMINISTRATIVE),
    ladder=Ladder(steps=(LadderStep("commune", DayOfMonth(17)),), roll=Roll.NONE),
    forms=(SUMMED, TYPED),
    valid_from=date(2024, 1, 1),
    valid_to=None,
)
INDICATORS = (
    Indicator(
        code=IndicatorCode("S.TOTAL"),
        name="Tổng số",
        unit="hồ sơ",
        form=SUMMED,
        expression=parse_formula("[c]"),
    ),
    Indicator(
        code=IndicatorCode("S.SHARE"),
        name="Tỷ lệ",
        unit="%",
        form=SUMMED,
        expression=parse_formula("[b] / [c] * 100"),
        decimals=1,
        target=Decimal(90),
    ),
)


def make_catalogue(
    organizations: Iterable[OrganizationVersion] = (), *, number: int = 1
) -> Catalogue:
    """The small province; other `organizations` if they are given."""
    return Catalogue(
        number=number,
        organizations=tuple(organizations) or tuple(province()),
        regimes=(QUARTERLY,),
        forms=tuple(FORMS.values()),
        indicators=tuple(DatedIndicator(each, date(2024, 1, 1), None) for each in INDICATORS),
    )


Owner = tuple[OrganizationId, FormCode, PeriodCode]


@dataclass
class Duty:
    """One obligation and what became of it."""

    id: int
    owner: Owner
    state: str = "provisional"
    sequence: int = 0
    deadline: datetime = DEADLINE
    original_deadline: datetime | None = None
    report: Report | None = None
    versions: list[tuple[Mapping[str, Mapping[str, str]], bool]] = field(default_factory=list)


class History:
    """Acts, in order. `events` are what the relay would publish, `store` what intake would keep."""

    def __init__(self) -> None:
        self.events: list[RecordedEvent] = []
        self.duties: dict[Owner, Duty] = {}
        self.now = START

    def open_all(self) -> None:
        for period in CUTOFFS:
            for form in FORMS.values():
                for each in province():
                    if each.level in form.entering_levels:
                        self.open((each.id, form.code, period))

    def open(self, owner: Owner) -> None:
        self.duties[owner] = Duty(len(self.duties) + 1, owner)
        self._obligation_event(self.duties[owner], EventType.OBLIGATION_OPENED)

    def fix(self, owner: Owner) -> None:
        self.duties[owner].state = "fixed"
        self._obligation_event(self.duties[owner], EventType.OBLIGATION_FIXED)

    def exclude(self, owner: Owner, *, reason: str | None = None) -> None:
        self.duties[owner].state = "excluded"
        self._obligation_event(self.duties[owner], EventType.OBLIGATION_EXCLUDED, reason=reason)

    def include(self, owner: Owner) -> None:
        self.duties[owner].state = "fixed"
        self._obligation_event(self.duties[owner], EventType.OBLIGATION_INCLUDED)

    def extend(self, owner: Owner, *, until: datetime) -> None:
        duty = self.duties[owner]
        duty.deadline, duty.original_deadline = until, duty.original_deadline or duty.deadline
        self._obligation_event(duty, EventType.OBLIGATION_EXTENDED, reason="mưa lũ")

    def close(self, period: PeriodCode) -> RecordedEvent:
        return self._period_event(period, EventType.PERIOD_CLOSED, state="closed")

    def reopen(self, period: PeriodCode) -> RecordedEvent:
        return self._period_event(period, EventType.PERIOD_REOPENED, state="open")

    def submit(self, owner: Owner, **figures: Mapping[str, int | str]) -> RecordedEvent:
        """`R1={"a": 1}`; no rows at all: nothing to report."""
        duty = self.duties[owner]
        if duty.report is None:
            organization_id, form, period = owner
            duty.report = first_submission(
                organization_id=organization_id,
                regime=REGIME,
                form=form,
                period=period,
                at=self.now,
            )
        else:
            duty.report = submit(duty.report, at=self.now, reason="sửa số liệu")
        text = {
            row: {column: figure_text(Decimal(value)) for column, value in cells.items()}
            for row, cells in figures.items()
        }
        duty.versions.append((text, not figures))
        return self._report_event(duty, Act.SUBMIT)

    def act(self, owner: Owner, act: Act) -> RecordedEvent:
        duty = self.duties[owner]
        assert duty.report is not None
        if act is Act.APPROVE:
            duty.report = approve(duty.report)
        elif act is Act.RETURN:
            duty.report = return_to_sender(duty.report, reason="sai")
        else:
            duty.report = withdraw(duty.report, reason="nhầm")
        return self._report_event(duty, act)

    def live_through(self, seed: int, *, acts: int) -> None:
        """Random acts on random duties, the forbidden ones skipped; a third comes too late."""
        chance = random.Random(seed)  # noqa: S311 (the same history each time)
        owners = list(self.duties)
        for _ in range(acts):
            self.now += timedelta(hours=chance.choice((0, 0, 1)))
            owner = chance.choice(owners)
            kind = chance.choice(KINDS_OF_ACT)
            self._try(owner, kind, chance)

    def _try(self, owner: Owner, kind: str, chance: random.Random) -> None:
        if kind == "submit":
            self.submit(owner, **_some_figures(chance))
        elif kind == "fix":
            self.fix(owner)
        elif kind == "extend":
            self.extend(owner, until=DEADLINE + timedelta(hours=chance.randint(1, 90)))
        elif kind == "include":
            if self.duties[owner].state == "excluded":
                self.include(owner)
        elif kind == "exclude":
            if chance.random() < 0.3:
                self.exclude(owner)
        elif self.duties[owner].report is not None:
            try:
                self.act(owner, Act(kind))
            except ReportError:
                return

    def catalogue_changed(self, number: int) -> RecordedEvent:
        data = {"number": number, "summary": ""}
        return self._record(EventType.CATALOGUE_CHANGED, f"catalogue/{number}", data, number=number)

    def _obligation_event(self, duty: Duty, type_: EventType, *, reason: str | None = None) -> None:
        duty.sequence += 1
        organization_id, form, period = duty.owner
        data = {
            "obligation_id": duty.id,
            "sequence": duty.sequence,
            "organization_id": organization_id,
            "organization_code": str(organization_id),
            "province_id": PROVINCE,
            "receiver_id": RECEIVERS.get(organization_id, PROVINCE),
            "regime": REGIME,
            "form": form,
            "period": period,
            "cutoff_date": cutoff_of(period).isoformat(),
            "deadline": duty.deadline.isoformat(),
            "original_deadline": _instant(duty.original_deadline),
            "state": duty.state,
            "reason": reason,
        }
        self._record(type_, f"obligation/{duty.id}", data)

    def _period_event(self, period: PeriodCode, type_: EventType, *, state: str) -> RecordedEvent:
        data = {"province_id": PROVINCE, "regime": REGIME, "period": period, "state": state}
        subject = period_subject(REGIME, period, province_id=PROVINCE)
        return self._record(type_, subject, data)

    def _report_event(self, duty: Duty, act: Act) -> RecordedEvent:
        report = duty.report
        assert report is not None
        organization_id, form, period = duty.owner
        data = {
            "report_id": duty.id,
            "sequence": report.sequence,
            "organization_id": organization_id,
            "organization_code": str(organization_id),
            "province_id": PROVINCE,
            "regime": REGIME,
            "form": form,
            "form_version": 1,
            "period": period,
            "state": report.state,
            "first_submitted_at": _instant(report.first_submitted_at),
            "live": self._track(duty, report.live),
            "official": self._track(duty, report.official),
            "act": {
                "verb": act,
                "actor_id": 1,
                "actor_name": "",
                "at": _instant(self.now),
                "reason": None,
            },
        }
        return self._record(VERBS[act], f"report/{duty.id}", data)

    def _track(self, duty: Duty, version: int | None) -> dict[str, object] | None:
        if version is None:
            return None
        figures, nothing = duty.versions[version - 1]
        return {
            "version": version,
            "submitted_at": _instant(self.now),
            "nothing_to_report": nothing,
            "figures": figures,
        }

    def _record(
        self, type_: EventType, subject: str, data: Mapping[str, object], *, number: int = 1
    ) -> RecordedEvent:
        event = RecordedEvent(
            event_id=uuid4(),
            type=type_,
            subject=subject,
            province_id=None if type_ is EventType.CATALOGUE_CHANGED else PROVINCE,
            catalogue_number=number,
            data=data,
            occurred_at=self.now,
            position=len(self.events) + 1,
            recorded_at=self.now,
        )
        self.events.append(event)
        return event


def _some_figures(chance: random.Random) -> dict[str, dict[str, int | str]]:
    if chance.random() < 0.1:
        return {}
    rows = ("R1", "R2")
    return {row: {c: chance.randint(0, 9) for c in "ab" if chance.random() < 0.8} for row in rows}


def _instant(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
