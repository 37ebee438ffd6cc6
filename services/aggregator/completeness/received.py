"""Reports that come to an organization by the reporting chain from outside its own subtree."""

from collections.abc import Sequence

from services.aggregator.completeness.use_cases import UnitProgress, parent_of
from services.aggregator.reading.choices import Choice
from services.aggregator.reading.figures import FigureSource
from services.aggregator.reading.questions import Question
from services.aggregator.service import Aggregator
from services.aggregator.urging.repository import read_owed
from shared.db.engine import snapshot
from shared.domain.identifiers import OrganizationId


async def read_senders(
    aggregator: Aggregator, choice: Choice, *, own: OrganizationId
) -> list[OrganizationId]:
    """Whose reports the caller's organization `own` receives, beside those below it in the tree.

    Nobody on the pages of other organizations, nor of the past.
    """
    question, topic = choice.question, choice.question.topic
    if question.organization.id != own or not choice.view.moment.is_now:
        return []
    tree, below = topic.shape.tree, set(question.units(topic, own))
    ids = [each for each in choice.view.scope.receives - below if each in tree.organizations]
    if not ids:
        return []
    async with snapshot(aggregator.engine) as connection:
        owed = await read_owed(connection, topic.sheaf, organization_ids=ids)
    senders = (each for each in ids if each in owed and owed[each].receiver_id == own)
    return sorted(senders, key=lambda each: tree.get(each).sort_key)


async def read_received(
    source: FigureSource, question: Question, senders: Sequence[OrganizationId]
) -> tuple[UnitProgress, ...]:
    """How the reports of these stand."""
    if not senders:
        return ()
    topic, tree = question.topic, question.topic.shape.tree
    duties = await source.duties(topic.sheaf, organization_ids=senders)
    return tuple(
        UnitProgress(tree.get(each), parent_of(tree, each), duties[each])
        for each in senders
        if each in duties
    )
