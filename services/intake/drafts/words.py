"""What is said besides figures, as the page of entry posts it, and the acts on its lists.

Without scripts, adding an entry and removing one are buttons of the same form: everything that is
typed is kept, and the page comes again.
"""

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData

from services.intake.drafts.repository import RawWords
from shared.domain.forms import FormTemplate
from shared.domain.narratives import LONGEST_SECTION, MOST_ENTRIES, EntryList

WORD_PREFIX = "word"
LIST_PREFIX = "list"
SECTION_PREFIX = "section"
ADD, REMOVE = "add", "remove"


def words_of_form(form: FormData, template: FormTemplate, *, kept: RawWords) -> RawWords:
    """The fields of a posted form, as typed; those that are blank are left out.

    Files have a page of their own: those that are kept stay.
    """
    texts: dict[str, dict[str, str]] = {}
    for cell in template.word_cells:
        text = _text(form, f"{WORD_PREFIX}:{cell.row}:{cell.column}")
        if text:
            texts.setdefault(cell.row, {})[cell.column] = text
    lists = {each.code: _entries(form, each) for each in template.lists}
    sections = {
        each.code: _text(form, f"{SECTION_PREFIX}:{each.code}") for each in template.sections
    }
    return {
        "texts": texts,
        "lists": {code: entries for code, entries in lists.items() if entries},
        "sections": {code: text for code, text in sections.items() if text},
        **{name: value for name, value in kept.items() if name == "files"},
    }


def after_list_act(action: str, words: RawWords) -> RawWords:
    """The words after `add:LIST` or `remove:LIST:INDEX`; any other action changes nothing."""
    verb, _, rest = action.partition(":")
    code, _, index = rest.partition(":")
    lists: Mapping[str, Any] = words.get("lists", {})
    entries = list(lists.get(code, ()))
    if verb == ADD and len(entries) < MOST_ENTRIES:
        entries.append({})
    elif verb == REMOVE and index.isdecimal() and len(index) < 6 and int(index) < len(entries):
        del entries[int(index)]
    else:
        return words
    return {**words, "lists": {**lists, code: entries}}


def list_anchor(action: str) -> str:
    """Where the page goes on after an act on a list: to the list; else to its head."""
    verb, _, rest = action.partition(":")
    return f"#list-{rest.partition(':')[0]}" if verb in (ADD, REMOVE) else ""


def _entries(form: FormData, entries: EntryList) -> list[dict[str, str]]:
    given = str(form.get(f"{LIST_PREFIX}:{entries.code}", ""))
    count = min(int(given), MOST_ENTRIES) if given.isdecimal() and len(given) < 6 else 0
    return [_entry(form, entries, index) for index in range(count)]


def _entry(form: FormData, entries: EntryList, index: int) -> dict[str, str]:
    typed = {
        column.code: _text(form, f"{LIST_PREFIX}:{entries.code}:{index}:{column.code}")
        for column in entries.columns
    }
    return {code: text for code, text in typed.items() if text}


def _text(form: FormData, name: str) -> str:
    return str(form.get(name, "")).strip()[:LONGEST_SECTION]
