"""Turns what pydantic found wrong into faults that name the line and how to mend it."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from shared.catalogue.faults import KeyPath, PackFault, PacksRefused
from shared.catalogue.yaml_source import SourceDocument

AnyModel = TypeVar("AnyModel", bound=BaseModel)
Explain = Callable[[ErrorDetails], str]


def validated(
    model: type[AnyModel], data: Any, *, source: SourceDocument, path: KeyPath = ()
) -> AnyModel:
    """`data`, found at `path` of `source`, as a model; raises PacksRefused with every fault."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        faults = (_fault(each, source=source, path=path, model=model) for each in error.errors())
        # What a file gives to all its entries is wrong once, not once an entry.
        raise PacksRefused(dict.fromkeys(faults)) from error


def _fault(
    error: ErrorDetails, *, source: SourceDocument, path: KeyPath, model: type[BaseModel]
) -> PackFault:
    code, explain = _EXPLANATIONS.get(error["type"], ("invalid_value", _other))
    detail = explain(error)
    if error["type"] == "extra_forbidden":
        detail += _similar(str(error["loc"][-1]), model=model)
    return PackFault(code, detail, source.place(_written((*path, *_location(error)), source)))


def _location(error: ErrorDetails) -> KeyPath:
    """The path of the fault; a missing key stands at the mapping that lacks it."""
    location = error["loc"]
    if error["type"] == "missing":
        return location[:-1]
    return (*location, "valid_until") if error["type"] == "empty_validity" else location


def _written(path: KeyPath, source: SourceDocument) -> KeyPath:
    """Where the file has it: in the entry, or at the top, from where entries take it."""
    inherited = path[-1:]
    return inherited if path not in source.lines and inherited in source.lines else path


def _similar(key: str, *, model: type[BaseModel]) -> str:
    names = _field_names(model)
    close = get_close_matches(key, names, n=1)
    return f"; có phải “{close[0]}”?" if close else ""


def _field_names(model: type[BaseModel]) -> list[str]:
    """Every field name of the model and of the models inside it."""
    found = dict.fromkeys(model.model_fields)
    for field in model.model_fields.values():
        for inner in _inner_models(field.annotation):
            found.update(dict.fromkeys(_field_names(inner)))
    return list(found)


def _inner_models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    parts = [*getattr(annotation, "__args__", ()), getattr(annotation, "__origin__", None)]
    return [
        model
        for part in parts
        if part is not None and part is not annotation
        for model in _inner_models(part)
    ]


def _key(error: ErrorDetails) -> str:
    return str(error["loc"][-1]) if error["loc"] else "tệp"


def _shown(error: ErrorDetails) -> str:
    text = str(error["input"])
    return text if len(text) <= 60 else f"{text[:57]}..."


def _missing(error: ErrorDetails) -> str:
    return f"thiếu “{_key(error)}”; hãy thêm dòng “{_key(error)}: …”"


def _unknown(error: ErrorDetails) -> str:
    return f"không có trường “{_key(error)}”; hãy sửa tên hoặc bỏ dòng này"


def _not_text(error: ErrorDetails) -> str:
    return f'“{_key(error)}” phải là chữ; hãy đặt trong ngoặc kép, ví dụ "{_shown(error)}"'


def _not_a_date(error: ErrorDetails) -> str:
    return f"“{_key(error)}” phải là ngày dạng năm-tháng-ngày, ví dụ 2025-06-30"


def _choice(error: ErrorDetails) -> str:
    allowed = str(_context(error).get("expected", "")).replace(" or ", ", ")
    return f"“{_shown(error)}” không phải giá trị của “{_key(error)}”; hãy chọn: {allowed}"


def _pattern(error: ErrorDetails) -> str:
    pattern = _context(error).get("pattern", "")
    return f"“{_shown(error)}” không đúng dạng của “{_key(error)}” ({pattern})"


def _no_source(_error: ErrorDetails) -> str:
    return (
        "quy tắc chưa nêu căn cứ; hãy thêm “source: …” (văn bản), hoặc “assumption: true” nếu "
        "là giả định"
    )


def _empty_validity(_error: ErrorDetails) -> str:
    return "valid_until sớm hơn valid_from; hãy sửa một trong hai ngày"


def _one_rule(_error: ErrorDetails) -> str:
    return (
        "một bậc thời hạn cần đúng một quy tắc: day_of_month, working_days_after_cutoff hoặc "
        "fixed_date"
    )


def _period_rule(error: ErrorDetails) -> str:
    return f"{_context(error)['detail']}; xem docs/catalogue.md, mục kind: regime"


def _other(error: ErrorDetails) -> str:
    return f"“{_key(error)}” có giá trị không hợp lệ “{_shown(error)}” ({error['msg']})"


def _context(error: ErrorDetails) -> Mapping[str, Any]:
    return error.get("ctx") or {}


_EXPLANATIONS: Mapping[str, tuple[str, Explain]] = {
    "missing": ("missing_field", _missing),
    "extra_forbidden": ("unknown_field", _unknown),
    "string_type": ("text_expected", _not_text),
    "date_type": ("invalid_date", _not_a_date),
    "enum": ("unknown_choice", _choice),
    "literal_error": ("unknown_choice", _choice),
    "string_pattern_mismatch": ("wrong_form_of_code", _pattern),
    "no_source": ("no_source", _no_source),
    "empty_validity": ("empty_validity", _empty_validity),
    "period_rule": ("period_rule", _period_rule),
    "one_rule": ("one_rule_expected", _one_rule),
}
