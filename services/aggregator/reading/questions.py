"""What is asked about: which form, which period, which organization, which of the two sums.

Codes are read in the tree that is shown: that of the cut-off date of the period, or of the day that
`geography` names. Every wrong one is named at once.
Whether an organization lies outside the caller's scope or does not exist is the same answer.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from services.aggregator.reading.geography import AS_REPORTED, Geography
from services.aggregator.reading.redrawn import redrawing_of
from services.aggregator.shapes import Node, Shape, Sheaf, shape_at
from services.aggregator.tracks import Track
from shared.catalogue.catalogue import Catalogue
from shared.catalogue.errors import UnknownForm
from shared.catalogue.regimes import Regime
from shared.domain.errors import PeriodError
from shared.domain.figures import printable
from shared.domain.geography import Composition
from shared.domain.identifiers import FormCode, OrganizationCode, OrganizationId
from shared.domain.organizations import OrganizationVersion, Tree
from shared.domain.periods import Period, PeriodCalendar, parse_period
from shared.web.problems import NotFound, ProblemFault, ValidationFailed
from shared.web.scope import Scope


@dataclass(frozen=True, slots=True)
class Topic:
    """One form for one period."""

    regime: Regime
    period: Period
    shape: Shape

    @property
    def sheaf(self) -> Sheaf:
        return Sheaf(self.shape.form.code, self.period.code)

    def node(self, organization_id: OrganizationId) -> Node:
        return Node(*self.sheaf, organization_id)


@dataclass(frozen=True, slots=True)
class Question:
    """Topics of one period, at one organization, in one track."""

    catalogue: Catalogue
    topics: tuple[Topic, ...]
    organization: OrganizationVersion
    track: Track
    geography: Geography = AS_REPORTED

    @property
    def topic(self) -> Topic:
        """The only topic, where one form was named."""
        return self.topics[0]

    @property
    def period(self) -> Period:
        return self.topic.period

    @property
    def node(self) -> Node:
        return self.topic.node(self.organization.id)

    def tree(self, topic: Topic) -> Tree:
        """The tree that the answer is laid out by; the reports came by that of the topic."""
        return shown_tree(self.catalogue, topic, geography=self.geography)

    def children(self, topic: Topic) -> tuple[OrganizationVersion, ...]:
        tree = self.tree(topic)
        return tuple(tree.get(child) for child in tree.children(self.organization.id))

    def made_of(self, topic: Topic, organization_id: OrganizationId) -> Composition | None:
        """Which units were put together at a node; None where nothing had to be."""
        if self.geography.day is None:
            return None
        redrawing = redrawing_of(self.catalogue, topic.shape, day=self.geography.day)
        return None if redrawing is None else redrawing.composition(organization_id)

    def has(self, topic: Topic, organization_id: OrganizationId) -> bool:
        """Whether there was such an organization, or in another tree what it is made of."""
        made_of = self.made_of(topic, organization_id)
        if made_of is None:
            return organization_id in topic.shape.tree.organizations
        return bool(made_of.units)

    def units(self, topic: Topic, organization_id: OrganizationId) -> list[OrganizationId]:
        """Whose reports may count at a node, in the order of the tree that they reported by."""
        made_of, tree = self.made_of(topic, organization_id), topic.shape.tree
        if made_of is None:
            return list(tree.subtree(organization_id))
        return sorted(made_of.units, key=lambda each: _place(tree, each))


def ask(
    catalogue: Catalogue,
    *,
    period: str,
    organization: str,
    scope: Scope,
    track: Track = Track.LIVE,
    form: str | None = None,
    parameter: str = "period",
    geography: Geography = AS_REPORTED,
) -> Question:
    """The question that the parameters put; without `form`, all forms of the period.

    `parameter` is how the caller's address names the period.

    Raises:
        ValidationFailed: the period or the form does not exist; names the parameter.
        NotFound: there is no such organization in the caller's scope, in the tree that is shown.
    """
    topics = tuple(_topics(catalogue, period=period, form=form, parameter=parameter))
    if not topics:
        raise _no_topic(period, form=form, parameter=parameter)
    return ask_about(
        catalogue, topics, organization=organization, scope=scope, track=track, geography=geography
    )


def ask_about(
    catalogue: Catalogue,
    topics: tuple[Topic, ...],
    *,
    organization: str,
    scope: Scope,
    track: Track,
    geography: Geography,
) -> Question:
    """The question about topics that are known; raises NotFound as `ask` does."""
    tree = shown_tree(catalogue, topics[0], geography=geography)
    found = _organization(tree, organization, scope=scope)
    return Question(catalogue, topics, found, track, geography)


def shown_tree(catalogue: Catalogue, topic: Topic, *, geography: Geography) -> Tree:
    """The tree of the day asked for, else that of the topic's cut-off."""
    return topic.shape.tree if geography.day is None else catalogue.tree(geography.day)


def previous_topic(catalogue: Catalogue, topic: Topic) -> Topic | None:
    """The same form for the period before; None if it was not asked for then."""
    return topic_at(catalogue, topic.shape.form.code, period=topic.period.previous())


def topic_at(catalogue: Catalogue, form: FormCode, *, period: Period) -> Topic | None:
    """A form for a period; None if it was not asked for then."""
    return topic_of(catalogue, form, code=period.code)


def topic_of(catalogue: Catalogue, form: FormCode, *, code: str) -> Topic | None:
    """A form for the period that a code names; None if it was not asked for then."""
    return next(_dated_topics(catalogue, period=code, form=form), None)


def _topics(
    catalogue: Catalogue, *, period: str, form: str | None, parameter: str
) -> Iterator[Topic]:
    try:
        parse_period(period, calendar=PeriodCalendar.ADMINISTRATIVE)
    except PeriodError as error:
        raise _wrong((error.code, str(error), parameter)) from None
    yield from _dated_topics(catalogue, period=period, form=form)


def _dated_topics(catalogue: Catalogue, *, period: str, form: str | None) -> Iterator[Topic]:
    """By every version of a regime that has such a period and is in force at its cut-off."""
    for regime in catalogue.regimes:
        wanted = [code for code in regime.forms if form in (None, code)]
        dated = _dated(regime, period) if wanted else None
        if dated is None:
            continue
        for code in wanted:
            try:
                shape = shape_at(catalogue, code, cutoff=dated.cutoff_date)
            except UnknownForm:
                continue
            yield Topic(regime, dated, shape)


def _dated(regime: Regime, code: str) -> Period | None:
    try:
        period = regime.period(code)
    except PeriodError:
        return None
    return period if regime.is_in_force(period.cutoff_date) else None


def _no_topic(period: str, *, form: str | None, parameter: str) -> ValidationFailed:
    if form is None:
        detail = f"Không có biểu mẫu nào báo cáo cho kỳ “{printable(period)}”. Hãy chọn kỳ khác."
        return _wrong(("unknown_period_code", detail, parameter))
    detail = (
        f"Không có biểu mẫu “{printable(form)}” cho kỳ “{printable(period)}”. Hãy kiểm tra mã "
        "biểu mẫu, và kỳ có đúng tần suất của biểu mẫu không."
    )
    return _wrong(("unknown_form", detail, "form"))


def _wrong(*faults: tuple[str, str, str]) -> ValidationFailed:
    return ValidationFailed(
        errors=[
            ProblemFault(code=code, detail=detail, parameter=parameter)
            for code, detail, parameter in faults
        ]
    )


def _organization(tree: Tree, code: str, *, scope: Scope) -> OrganizationVersion:
    for each in _bearers(tree, code):
        if scope.can_read(each.id):
            return each
    detail = (
        f"Không có đơn vị “{printable(code)}” trong phạm vi của tài khoản này vào "
        f"{tree.on:%d/%m/%Y}."
    )
    fault = ProblemFault(code="unknown_organization", detail=detail, parameter="organization")
    raise NotFound(detail, errors=[fault])


def _bearers(tree: Tree, code: str) -> Iterable[OrganizationVersion]:
    """Codes of different levels do not collide in practice; if they do, scope tells them apart."""
    wanted = OrganizationCode(code)
    return (each for each in tree.organizations.values() if each.code == wanted)


def _place(tree: Tree, organization_id: OrganizationId) -> tuple[str, ...]:
    """Sorts as one reads the tree from the top."""
    path = (*reversed(tree.ancestors(organization_id)), organization_id)
    return tuple(tree.get(each).sort_key for each in path)
