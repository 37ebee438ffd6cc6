"""The workbook of a form of ours, as it is downloaded."""

from datetime import UTC, date, datetime

from services.intake.places import Place
from services.intake.workbooks.wording import Words
from services.intake.workbooks.writing import Filled, write_template
from shared.catalogue.catalogue import Catalogue
from shared.catalogue.packs import content_of_packs, read_packs, shipped_packs
from shared.catalogue.stored import Stored
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import FormCode, RegimeCode
from shared.labels.labels import Language, load_labels
from tests.factories.organizations import commune

DEADLINE = date(2025, 6, 17)


def own_workbook() -> tuple[FormTemplate, bytes]:
    """II.06a of the second quarter of 2025, blank."""
    content = content_of_packs(read_packs(shipped_packs("regimes/vpcp-kstt-ii06a")))
    documents = tuple(item.model for item in content.documents.values())
    known = Catalogue.of(Stored(documents=documents))
    regime = known.regime(RegimeCode("VPCP-KSTT"), on=DEADLINE)
    place = Place(
        organization=commune(),
        regime=regime,
        form=known.form(FormCode("II.06a/VPCP/KSTT"), on=DEADLINE),
        period=regime.periods.parse("2025-Q2"),
    )
    words = Words(load_labels(), Language.VI)
    filled = Filled(
        place=place,
        texts={},
        nothing_to_report=False,
        office="UBND xã Tân Lập",
        title=f"{place.form.name} ({place.form.code})",
        facts=words.facts(place, last_day=DEADLINE),
        simulated="",
        english=False,
        at=datetime(2025, 6, 16, tzinfo=UTC),
    )
    return place.form, write_template(filled, say=words.say)
