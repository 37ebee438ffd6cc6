"""Labels: every text that people see, by key, in every language.

Files lie in `shared/labels/<language>/<service>.yaml`; nested mappings are joined with dots, so
`home: {title: …}` is the key `home.title`. A text that counts has the forms of the language's
plural as sub-keys (`one`, `other`) and is asked for with `count=`.

LabelError
├── DuplicateLabel
└── MissingLabel
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from babel import Locale

FOLDER = Path(__file__).parent


class Language(StrEnum):
    """The first is the default."""

    VI = "vi"
    EN = "en"


class LabelError(Exception):
    """Root of the tree."""

    code = "label_error"


class DuplicateLabel(LabelError):
    """Two files of one language give the same key."""

    code = "duplicate_label"

    def __init__(self, key: str, *, path: Path) -> None:
        super().__init__(
            f"The label {key!r} in {path} is given by another file too. Remove one of them."
        )
        self.key, self.path = key, path


class MissingLabel(LabelError):
    """A key, or its plural form, that no file of the language gives."""

    code = "missing_label"

    def __init__(self, key: str, *, language: Language) -> None:
        super().__init__(f"There is no label {key!r} in shared/labels/{language}. Add it there.")
        self.key, self.language = key, language


class Labels:
    """The texts of all languages."""

    def __init__(self, texts: Mapping[Language, Mapping[str, str]]) -> None:
        self._texts = texts
        self._locales = {language: Locale(language) for language in texts}

    def keys(self, language: Language) -> frozenset[str]:
        return frozenset(self._texts[language])

    def has(self, key: str, language: Language = Language.VI) -> bool:
        return key in self._texts[language]

    def text(self, key: str, language: Language, *, count: int | None = None, **values: Any) -> str:
        """The text of `key` with `{name}` replaced by `values`, and `{count}` by `count`.

        Raises:
            MissingLabel: no such key, or no such plural form.
        """
        if count is not None:
            key = f"{key}.{self._locales[language].plural_form(count)}"
            values["count"] = count
        try:
            template = self._texts[language][key]
        except KeyError:
            raise MissingLabel(key, language=language) from None
        return template.format_map(values) if values else template


@cache
def load_labels(folder: Path = FOLDER) -> Labels:
    """Reads all files once.

    Raises:
        DuplicateLabel: a key is given twice in one language.
    """
    return Labels({language: _read_language(folder / language) for language in Language})


def _read_language(folder: Path) -> dict[str, str]:
    texts: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        tree = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
        for key, text in _flatten(tree or {}):
            if key in texts:
                raise DuplicateLabel(key, path=path)
            texts[key] = text
    return texts


def _flatten(tree: Mapping[str, Any], *, prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in tree.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from _flatten(value, prefix=f"{key}.")
        else:
            yield key, str(value)
