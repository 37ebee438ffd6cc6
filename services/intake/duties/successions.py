"""Why a duty passes to another organization or ends with its unit, in the words of its record."""

from datetime import date

from shared.catalogue.catalogue import Catalogue
from shared.domain.identifiers import OrganizationId
from shared.domain.obligations import Obligation

MOST_NAMED = 5


def passing_reason(known: Catalogue, before: Obligation, after: Obligation, *, on: date) -> str:
    """Who ended, by which act, and who takes over."""
    sentences = []
    if after.met_by != before.met_by:
        sentences += [_ended(known, before.met_by, on=on)]
        sentences += [f"Nghĩa vụ chuyển cho {_name(known, after.met_by, on=on)}."]
    if after.receiver_id != before.receiver_id and before.receiver_id and after.receiver_id:
        if before.receiver_id != before.met_by:
            sentences += [_ended(known, before.receiver_id, on=on)]
        sentences += [f"Báo cáo gửi về {_name(known, after.receiver_id, on=on)}."]
    return " ".join(sentences)


def ending_reason(known: Catalogue, obligation: Obligation) -> str | None:
    """Why a unit that is not there at the cut-off owes nothing; None for one that is."""
    unit, on = obligation.organization_id, obligation.cutoff_date
    if unit in known.tree(on).organizations:
        return None
    parts = known.history.lineage.parts(unit, known_on=date.min, on=on)
    heirs = sorted(_name(known, each, on=on) for each in parts if each != unit)
    named = ", ".join(heirs[:MOST_NAMED]) + ("…" if len(heirs) > MOST_NAMED else "")
    then = f" Kỳ này do {named} báo cáo." if heirs else ""
    return f"{_ended(known, unit, on=on)}{then}"


def _ended(known: Catalogue, unit: OrganizationId, *, on: date) -> str:
    edges = [e for e in known.history.lineage.leaving.get(unit, ()) if e.effective_on <= on]
    if edges:
        last, basis = edges[-1].effective_on, f" theo {edges[-1].legal_basis}"
    else:
        ends = [each.valid_to for each in known.versions(unit) if each.valid_to is not None]
        last, basis = (ends[-1] if ends else on), ""
    return f"{_name(known, unit, on=on)} đã kết thúc từ ngày {last:%d/%m/%Y}{basis}."


def _name(known: Catalogue, unit: OrganizationId, *, on: date) -> str:
    """As it was called last, up to the day."""
    versions = [each for each in known.versions(unit) if each.valid_from <= on]
    return versions[-1].name if versions else str(unit)
