"""Asking for a report once. Every fault at once, or obligations like any other."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from services.intake.connections import Connection
from services.intake.duties.use_cases import Authority, authority_of
from services.intake.obligations import repository as obligations
from services.intake.obligations.repository import Change
from services.intake.requests import repository
from services.intake.requests.repository import Recording, StoredRequest, Wording
from services.intake.service import Intake
from shared.catalogue.catalogue import Catalogue
from shared.catalogue.regimes import Regime, RequestRule
from shared.db.engine import driver, snapshot, transaction
from shared.domain.chains import receiver_of
from shared.domain.errors import CatalogueError
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import FormCode, OrganizationCode, OrganizationId, RegimeCode
from shared.domain.organizations import OrganizationVersion, Tree
from shared.domain.periods import Period
from shared.domain.requests import (
    ReportRequest,
    earliest_last_day,
    latest_last_day,
    requested_obligations,
)
from shared.domain.time import EARLIEST_DAY, LATEST_DAY
from shared.domain.windows import DataWindow
from shared.web.principals import Principal, Role
from shared.web.problems import NotFound, NotPermitted, ProblemFault, ValidationFailed

ASKING = (Role.REVIEWER,)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: `first` to `last`, both included, until the end of `last_day`."""

    regime: str
    form: str
    first: date
    last: date
    last_day: date
    addressees: Sequence[str]
    wording: Wording


@dataclass(frozen=True, slots=True)
class Terms:
    """The regime and form that a request goes by, as they are on its cut-off date."""

    regime: Regime
    rule: RequestRule
    form: FormTemplate
    period: Period
    tree: Tree


@dataclass(frozen=True, slots=True)
class Askable:
    """A regime that the caller may ask by, with its forms that are in force."""

    regime: Regime
    forms: tuple[FormTemplate, ...]


async def ask(intake: Intake, principal: Principal, asked: Asked) -> int:
    """The id of the request; its obligations are open.

    Raises:
        NotPermitted: the caller's organization may not ask by this regime.
        NotFound: an addressee lies outside the caller's scope.
        ValidationFailed: every fault of what is asked.
    """
    authority, today = await authority_of(intake, principal), intake.clock.today()
    terms = _terms(authority.known, asked)
    asker = authority.known.tree(today).organizations.get(principal.organization_id)
    if asker is None or asker.level not in terms.rule.asking_levels:
        raise NotPermitted
    faults = list(_faults(terms, asked, known=authority.known, today=today))
    addressees = _addressees(terms, asked, authority=authority, faults=faults)
    async with transaction(intake.engine) as connection:
        native = await driver(connection)
        await obligations.lock_keeper(native)
        faults += await _asked_already(native, terms, asked, addressees=addressees)
        if faults:
            raise ValidationFailed(errors=faults)
        now = intake.clock.now()
        recording = Recording(principal.account_id, principal.display_name, now)
        number = await _store(
            native,
            _request(terms, asked, asked_by=principal.organization_id),
            wording=asked.wording,
            recording=recording,
            addressees=addressees,
            catalogue_number=authority.known.number,
        )
    intake.hint()
    return number


def _request(terms: Terms, asked: Asked, *, asked_by: OrganizationId) -> ReportRequest:
    return ReportRequest(
        regime=terms.regime.code,
        form=terms.form.code,
        period=terms.period,
        last_day=asked.last_day,
        asked_by=asked_by,
    )


async def _asked_already(
    native: Connection,
    terms: Terms,
    asked: Asked,
    *,
    addressees: Sequence[OrganizationVersion],
) -> list[ProblemFault]:
    """Under the keeper's lock, so that nobody is asked by two at the same moment."""
    twice = await repository.asked_already(
        native,
        form=terms.form.code,
        period=terms.period.code,
        organizations=[each.id for each in addressees],
    )
    return [_asked_before(asked, each) for each in addressees if each.id in twice]


async def _store(
    native: Connection,
    request: ReportRequest,
    *,
    wording: Wording,
    recording: Recording,
    addressees: Sequence[OrganizationVersion],
    catalogue_number: int,
) -> int:
    number = await repository.save(native, request, wording=wording, recording=recording)
    await obligations.store(
        native,
        requested_obligations(request, addressees, now=recording.at),
        change=Change(
            regime=request.regime,
            form=request.form,
            period=request.period.code,
            cutoff_date=request.period.cutoff_date,
            at=recording.at,
            catalogue_number=catalogue_number,
            request_id=number,
        ),
        codes={each.id: each.code for each in addressees},
    )
    return number


async def read_requests(
    intake: Intake, principal: Principal, *, before: int | None = None, limit: int
) -> tuple[StoredRequest, ...]:
    """What the caller's organization asked, and what was asked of those it may read."""
    authority = await authority_of(intake, principal)
    async with snapshot(intake.engine) as connection:
        return await repository.read_requests(
            await driver(connection),
            askers=authority.answers_for,
            organizations=authority.scope.readable,
            before=before,
            limit=limit,
        )


async def read_request(intake: Intake, principal: Principal, number: int) -> StoredRequest:
    """One request. Raises NotFound outside the caller's scope."""
    authority = await authority_of(intake, principal)
    async with snapshot(intake.engine) as connection:
        found = await repository.read_requests(
            await driver(connection),
            askers=authority.answers_for,
            organizations=authority.scope.readable,
            number=number,
            limit=1,
        )
    if not found:
        raise NotFound
    return found[0]


async def askable(intake: Intake, principal: Principal) -> tuple[Askable, ...]:
    """The regimes by which the caller's organization may ask today."""
    known, today = await intake.catalogue.current(), intake.clock.today()
    asker = known.tree(today).organizations.get(principal.organization_id)
    if asker is None or not principal.has_any(*ASKING):
        return ()
    return tuple(
        Askable(regime, tuple(_forms(known, regime, on=today)))
        for regime in known.regimes_in_force(today)
        if regime.on_request is not None and asker.level in regime.on_request.asking_levels
    )


async def may_be_asked(
    intake: Intake, principal: Principal, *, regime: RegimeCode, form: FormTemplate
) -> tuple[OrganizationVersion, ...]:
    """Whom the caller's organization may ask today for a form, by name."""
    authority = await authority_of(intake, principal)
    tree = authority.known.tree(intake.clock.today())
    found = (
        each
        for each in tree.organizations.values()
        if each.level in form.entering_levels
        and _may_ask(authority, each.id, regime=regime, tree=tree)
    )
    return tuple(sorted(found, key=lambda each: (each.level, each.sort_key)))


def _terms(known: Catalogue, asked: Asked) -> Terms:
    """Raises ValidationFailed where regime, form or days do not exist."""
    faults: list[ProblemFault] = []
    version = None
    if asked.last < asked.first:
        detail = "Ngày cuối trước ngày đầu. Hãy sửa một trong hai ngày."
        raise ValidationFailed(errors=[_fault("invalid_period", detail, "/last")])
    if asked.first < EARLIEST_DAY or asked.last > LATEST_DAY:
        detail = f"Năm phải từ {EARLIEST_DAY.year} đến {LATEST_DAY.year}. Hãy kiểm tra lại."
        pointer = "/last" if asked.last > LATEST_DAY else "/first"
        raise ValidationFailed(errors=[_fault("invalid_period", detail, pointer)])
    with suppress(CatalogueError):
        version = known.regime(RegimeCode(asked.regime), on=asked.last)
    if version is None or version.on_request is None:
        detail = "Không có chế độ báo cáo theo yêu cầu này vào ngày chốt số liệu. Hãy chọn lại."
        faults.append(_fault("unknown_regime", detail, "/regime"))
    form = None
    with suppress(CatalogueError):
        form = known.form(FormCode(asked.form), on=asked.last)
    if form is None or (not faults and version is not None and form.code not in version.forms):
        detail = "Chế độ này không dùng biểu mẫu này vào ngày chốt số liệu. Hãy chọn lại biểu mẫu."
        faults.append(_fault("unknown_form", detail, "/form"))
    if faults or version is None or version.on_request is None or form is None:
        raise ValidationFailed(errors=faults)
    period = version.periods.of_dates(DataWindow(asked.first, asked.last))
    if period is None:
        raise LookupError("what is asked on request has any days")
    return Terms(version, version.on_request, form, period, known.tree(asked.last))


def _faults(terms: Terms, asked: Asked, *, known: Catalogue, today: date) -> Iterator[ProblemFault]:
    earliest = earliest_last_day(
        cutoff=terms.period.cutoff_date,
        today=today,
        min_working_days=terms.rule.min_working_days,
        calendar=known.calendar,
    )
    if asked.last_day < earliest:
        detail = (
            f"Thời hạn gửi sớm nhất là ngày {earliest:%d/%m/%Y}: sau ngày chốt số liệu ít nhất 1 "
            f"ngày làm việc, và {terms.rule.min_working_days} ngày làm việc kể từ hôm nay."
        )
        yield _fault("deadline_too_early", detail, "/last_day")
    latest = latest_last_day(cutoff=terms.period.cutoff_date, today=today)
    if asked.last_day > latest:
        detail = f"Thời hạn gửi muộn nhất là ngày {latest:%d/%m/%Y}. Hãy kiểm tra lại năm đã nhập."
        yield _fault("deadline_too_late", detail, "/last_day")
    twin = _asked_anyway(terms, known=known)
    if twin is not None:
        detail = (
            f"Số liệu này đã có ở kỳ {twin.period.code} của chế độ “{twin.regime.name}”. Mỗi số "
            "liệu chỉ hỏi một lần: hãy dùng số đã có, hoặc chọn khoảng thời gian khác."
        )
        yield _fault("figure_asked_twice", detail, "/last")


def _asked_anyway(terms: Terms, *, known: Catalogue) -> "Twin | None":
    """The period of another regime that asks the same form for the same days."""
    window = terms.period.window
    for regime in known.regimes:
        if regime.on_request is None and terms.form.code in regime.forms:
            for period in regime.periods.between(window.first, window.last):
                if period.window == window and regime.is_in_force(period.cutoff_date):
                    return Twin(regime, period)
    return None


@dataclass(frozen=True, slots=True)
class Twin:
    """A period in which the same figures are asked."""

    regime: Regime
    period: Period


def _addressees(
    terms: Terms, asked: Asked, *, authority: Authority, faults: list[ProblemFault]
) -> list[OrganizationVersion]:
    """Those named, in order; what is wrong with one is added to `faults`. Raises NotFound."""
    found: dict[OrganizationId, OrganizationVersion] = {}
    hidden: list[ProblemFault] = []
    for index, code in enumerate(asked.addressees):
        pointer = f"/addressees/{index}"
        try:
            unit = terms.tree.by_code(OrganizationCode(code))
        except CatalogueError as error:
            faults.append(_fault(error.code, str(error), pointer))
            continue
        if not authority.scope.can_read(unit.id):
            detail = f"Không có đơn vị “{code}” trong phạm vi của tài khoản này."
            hidden.append(_fault("unknown_organization", detail, pointer))
        elif not _may_ask(authority, unit.id, regime=terms.regime.code, tree=terms.tree):
            detail = f"{unit.name} không gửi báo cáo cho đơn vị này. Hãy bỏ khỏi danh sách."
            faults.append(_fault("not_permitted", detail, pointer))
        elif unit.level not in terms.form.entering_levels:
            detail = f"{unit.name} không thuộc cấp nhập biểu mẫu này. Hãy bỏ khỏi danh sách."
            faults.append(_fault("level_does_not_enter", detail, pointer))
        else:
            found[unit.id] = unit
    if hidden:
        raise NotFound(errors=hidden)
    return list(found.values())


def _may_ask(
    authority: Authority, organization_id: OrganizationId, *, regime: RegimeCode, tree: Tree
) -> bool:
    """Those below the caller's organization, and those who report to it by this regime's chain."""
    own = authority.scope.organization_id
    if organization_id in authority.answers_for:
        return False
    if organization_id in authority.scope.subtree:
        return True
    links = authority.known.links.get(regime, ())
    return receiver_of(organization_id, links=links, tree=tree) == own


def _forms(known: Catalogue, regime: Regime, *, on: date) -> Iterator[FormTemplate]:
    for code in regime.forms:
        with suppress(CatalogueError):
            yield known.form(code, on=on)


def _asked_before(asked: Asked, unit: OrganizationVersion) -> ProblemFault:
    detail = f"{unit.name} đã được yêu cầu biểu mẫu này cho đúng khoảng thời gian này."
    pointer = f"/addressees/{list(asked.addressees).index(unit.code)}"
    return _fault("asked_already", detail, pointer)


def _fault(code: str, detail: str, pointer: str) -> ProblemFault:
    return ProblemFault(code=code, detail=detail, pointer=pointer)
