"""The error tree is printed whole, and every error can be matched on and acted upon."""

import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator

import shared.domain
from shared.domain import errors
from shared.domain.errors import DomainError


def domain_errors(parent: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    for module in pkgutil.iter_modules(shared.domain.__path__):
        importlib.import_module(f"shared.domain.{module.name}")
    for each in parent.__subclasses__():
        if each.__module__.startswith("shared.domain"):
            yield each
            yield from domain_errors(each)


def documented_parents() -> dict[str, str]:
    """Error name → parent name, as the drawing in the module docstring has it."""
    open_branches = ["DomainError"]
    parents: dict[str, str] = {}
    for line in (errors.__doc__ or "").splitlines():
        branch = re.fullmatch(r"((?:│   |    )*)[├└]── (\w+)", line)
        if branch:
            depth = len(branch[1]) // 4 + 1
            del open_branches[depth:]
            parents[branch[2]] = open_branches[-1]
            open_branches.append(branch[2])
    return parents


def test_the_module_docstring_prints_the_whole_tree() -> None:
    declared = {each.__name__: each.__base__.__name__ for each in domain_errors() if each.__base__}

    assert documented_parents() == declared


def test_every_error_has_a_code_of_its_own_in_snake_case() -> None:
    codes = Counter(each.code for each in domain_errors())

    assert [code for code, count in codes.items() if count > 1] == []
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", code) for code in codes)
