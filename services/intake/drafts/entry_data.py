"""What the scripts of the entry grid need, as one block of JSON in the page."""

import json

from fastapi import Request
from markupsafe import Markup

from services.intake.drafts.sheet import Sheetwork
from shared.domain.figures import Figures, figure_text
from shared.formulas.forms_json import form_json
from shared.labels.labels import Labels, Language

_LABELS = (
    "fault",
    "warning",
    "saving",
    "saved",
    "offline",
    "conflict",
    "signed_out",
    "restored",
    "pasted",
    "skipped",
    "no_faults",
    "nothing_entered",
    "not_sent",
    "unplaced",
    "unknown_columns",
    "fault_count",
    "warning_count",
)


def entry_data(request: Request, *, work: Sheetwork, language: Language, is_filled: bool) -> Markup:
    """JSON that may stand inside a script element: no `<` is left in it.

    `is_filled`: the figures were filled in, and nobody has typed yet.
    """
    labels: Labels = request.app.state.labels
    desk = work.desk
    data = {
        "form": form_json(desk.place.form, language.value),
        "previous": _texts(work.previous),
        "samePeriodLastYear": _texts(work.last_year),
        "sameYear": not desk.place.period.starts_year,
        "isFilled": is_filled,
        "draftUrl": f"/api/v1/drafts/{desk.duty.obligation.id}",
        "draftKey": f"draft-{desk.duty.obligation.id}",
        "draftVersion": desk.draft.version,
        "explanations": dict(desk.draft.explanations),
        "files": (desk.draft.words or {}).get("files", {}),
        "labels": {name: labels.text(f"intake.script.{name}", language) for name in _LABELS},
    }
    text = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    return Markup(text)  # noqa: S704


def _texts(figures: Figures | None) -> dict[str, dict[str, str]] | None:
    if figures is None:
        return None
    return {
        row: {column: figure_text(value) for column, value in cells.items()}
        for row, cells in figures.items()
    }
