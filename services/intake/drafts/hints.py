"""What the entry grid says beside a cell: where its figure was taken from, and what is usual."""

from collections.abc import Mapping

from services.intake.drafts.known import Known
from services.intake.drafts.repository import Draft, RawFigures
from services.intake.grids import CellHint
from shared.domain.figures import figure_text, vietnamese_figure
from shared.domain.forms import CellRef, FormTemplate
from shared.domain.prefills import Prefilled
from shared.domain.usual_ranges import UsualRange
from shared.labels.labels import Labels, Language
from shared.web.formats import Formats


def is_untouched(draft: Draft) -> bool:
    """Nobody has kept or sent anything yet, so that what is known may be filled in."""
    return draft.updated_at is None and not draft.figures and not draft.nothing_to_report


def prefilled_texts(known: Known) -> RawFigures:
    """What is known as an officer would type it."""
    texts: dict[str, dict[str, str]] = {}
    for cell, filled in known.prefills.items():
        texts.setdefault(cell.row, {})[cell.column] = typed_text(filled)
    return texts


def typed_text(filled: Prefilled) -> str:
    """The figure with the decimal comma that people type."""
    return figure_text(filled.figure).replace(".", ",")


class HintWriter:
    """Hints in the words of the reader's language."""

    def __init__(self, labels: Labels, language: Language, *, form: FormTemplate) -> None:
        self._labels = labels
        self._language = language
        self._formats = Formats(language, labels)
        self._form = form

    def hints(self, known: Known) -> Mapping[CellRef, CellHint]:
        """The hint of every cell of which something is known."""
        cells = [*known.prefills, *(cell for cell in known.ranges if cell not in known.prefills)]
        return {
            cell: self._hint(known.prefills.get(cell), known.ranges.get(cell)) for cell in cells
        }

    def source(self, filled: Prefilled) -> str:
        """`tháng 5/2025`; of another form its code too."""
        first, last = filled.periods[0], filled.periods[-1]
        periods = " – ".join(dict.fromkeys(map(self._formats.period, (first, last))))
        return periods if filled.form == self._form.code else f"{filled.form}, {periods}"

    def sources(self, known: Known) -> str:
        """Every source once."""
        return "; ".join(dict.fromkeys(map(self.source, known.prefills.values())))

    def _hint(self, filled: Prefilled | None, usual: UsualRange | None) -> CellHint:
        source = "" if filled is None else self._text("source", source=self.source(filled))
        taken = "" if filled is None else typed_text(filled)
        if usual is None:
            return CellHint(source=source, taken=taken)
        least, most = vietnamese_figure(usual.least), vietnamese_figure(usual.most)
        return CellHint(
            source=source,
            taken=taken,
            usual=self._text("usual", least=least, most=most, periods=usual.periods),
            unusual=self._text("unusual", least=least, most=most),
            least=usual.least,
            most=usual.most,
        )

    def _text(self, key: str, **values: object) -> str:
        return self._labels.text(f"intake.hint.{key}", self._language, count=None, **values)
