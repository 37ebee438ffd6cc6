"""What is found in figures that are sent."""

from typing import Any

from shared.domain.faults import Fault
from shared.domain.figures import Figures
from shared.domain.forms import FormTemplate
from shared.domain.sheets import validate


def figures_and_faults(
    form: FormTemplate, raw: object, **past: Any
) -> tuple[Figures, tuple[Fault, ...]]:
    """Those that could be read, and what is wrong besides the form's own rules.

    `past` is as `validate` takes it.
    """
    found = validate(form, raw, **past)
    return found.figures, tuple(each for each in found.faults if each.check is None)
