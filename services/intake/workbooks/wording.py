"""What stands in a workbook, in the words of its reader."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.intake.drafts.hints import HintWriter
from services.intake.drafts.known import Known
from services.intake.places import Place
from shared.domain.forms import CellRef, FormTemplate
from shared.labels.labels import Labels, Language
from shared.web.formats import Formats


class Words:
    """The labels of one language."""

    def __init__(self, labels: Labels, language: Language) -> None:
        self._labels, self.language = labels, language
        self._formats = Formats(language, labels)

    def say(self, key: str, **values: Any) -> str:
        """A text of the sheet itself."""
        return self._labels.text(f"workbook.sheet.{key}", self.language, **values)

    def facts(self, place: Place, *, last_day: date) -> str:
        """Period with its days, unit of measure, and until when."""
        window = place.period.window
        first, last = map(self._formats.date_short, (window.first, window.last))
        units = {column.unit for column in place.form.columns}
        facts = [
            self.say(
                "period", period=self._formats.period(place.period.code), first=first, last=last
            ),
            self.say("deadline", day=self._formats.date_long(last_day)),
        ]
        if len(units) == 1 and not any(row.unit for row in place.form.rows):
            facts.insert(1, self.say("units", unit=units.pop()))
        return " · ".join(facts)

    def sources(
        self, known: Known, texts: Mapping[str, Mapping[str, str]], *, form: FormTemplate
    ) -> dict[CellRef, str]:
        """Of each cell that still holds what was filled in: where that comes from."""
        writer = HintWriter(self._labels, self.language, form=form)
        return {
            cell: hint.source
            for cell, hint in writer.hints(known).items()
            if hint.source and texts.get(cell.row, {}).get(cell.column) == hint.taken
        }

    def simulated(self) -> str:
        """What every file of a demonstration says."""
        return self._labels.text("workbook.simulated", self.language)

    def fault_title(self, count: int) -> str:
        """The head of the list of faults."""
        return self._labels.text("workbook.faults.title", self.language, count=count)

    def fault_heads(self) -> list[str]:
        """Over the columns of the list of faults."""
        names = ("number", "sheet", "cell", "row", "column", "detail")
        return [self._labels.text(f"workbook.faults.{name}", self.language) for name in names]
