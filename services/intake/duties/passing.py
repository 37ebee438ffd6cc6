"""After a reform: what ended units still owed or were to receive passes to who took them over."""

from collections.abc import Sequence

from services.intake.connections import Connection
from services.intake.duties import repository
from services.intake.duties.repository import Recording
from services.intake.duties.successions import passing_reason
from services.intake.duties.use_cases import codes_of
from services.intake.obligations.repository import lock_keeper
from services.intake.service import Intake
from shared.catalogue.catalogue import Catalogue
from shared.db.engine import driver, transaction
from shared.domain.holders import passed_on
from shared.domain.obligation_acts import ObligationAct
from shared.domain.obligations import Obligation

AT_ONCE = 5000
"""Acts of one statement."""


async def pass_on_duties(intake: Intake) -> int:
    """Passes on every open duty whose holder or receiver has ended; how many.

    Idempotent. Where nobody took over the whole of a unit, its duties wait for somebody to be
    named; so does an approved report that is to be corrected.
    """
    known, today = await intake.catalogue.current(), intake.clock.today()
    tree, lineage = known.tree(today), known.history.lineage
    ended = {each.id for each in known.organizations if each.valid_from <= today}
    ended -= set(tree.organizations)
    async with transaction(intake.engine) as connection:
        native = await driver(connection)
        await lock_keeper(native)
        open_duties = await repository.hold_ended(native, ended)
        changes = [
            (before, after)
            for before in open_duties
            if (after := passed_on(before, lineage=lineage, today=tree)) is not before
        ]
        for first in range(0, len(changes), AT_ONCE):
            await _store(native, intake, known, changes=changes[first : first + AT_ONCE])
    return len(changes)


async def _store(
    native: Connection,
    intake: Intake,
    known: Catalogue,
    *,
    changes: Sequence[tuple[Obligation, Obligation]],
) -> None:
    today, after = intake.clock.today(), [new for _, new in changes]
    await repository.save(
        native,
        after,
        codes=codes_of(known, after),
        reasons=[passing_reason(known, old, new, on=today) for old, new in changes],
        recording=Recording(
            verb=ObligationAct.TRANSFER,
            actor_id=None,
            actor_name=None,
            at=intake.clock.now(),
            catalogue_number=known.number,
        ),
    )
