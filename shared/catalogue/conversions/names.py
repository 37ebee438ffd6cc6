"""Names of administrative units as tables write them: "Thị Xã Sa Pa (088)" is Thị xã Sa Pa, 088."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from shared.domain.names import search_key
from shared.domain.organizations import OrganizationKind

WITH_CODE = re.compile(r"(?P<name>.+?)\s*\((?P<code>[0-9]+)\)")

NAMES_KEPT = 32_768
"""The names of a country before and after, with what is above them."""


class Tier(StrEnum):
    """Where a unit stands; the value is the level of the catalogue."""

    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"


TYPES: Mapping[Tier, Mapping[str, OrganizationKind]] = {
    Tier.PROVINCE: {
        "Tỉnh": OrganizationKind.PROVINCE,
        "Thành phố": OrganizationKind.PROVINCE,
    },
    Tier.DISTRICT: {
        "Quận": OrganizationKind.DISTRICT,
        "Huyện": OrganizationKind.DISTRICT,
        "Thị xã": OrganizationKind.DISTRICT,
        "Thành phố": OrganizationKind.DISTRICT,
    },
    Tier.COMMUNE: {
        "Xã": OrganizationKind.COMMUNE,
        "Phường": OrganizationKind.WARD,
        "Thị trấn": OrganizationKind.TOWNSHIP,
        "Đặc khu": OrganizationKind.SPECIAL_ZONE,
    },
}
DIGITS: Mapping[Tier, int] = {Tier.PROVINCE: 2, Tier.DISTRICT: 3, Tier.COMMUNE: 5}
"""Of how many digits a code is."""


@dataclass(frozen=True, slots=True)
class Named:
    """A unit's full name, its type written as the law does; `key` is one for all spellings."""

    name: str
    kind: OrganizationKind
    key: str


@lru_cache(NAMES_KEPT)
def named(text: str, tier: Tier) -> Named | None:
    """None unless the text begins with a type of the tier, in any case, with any slip of marks."""
    for type_, kind in TYPES[tier].items():
        length = len(type_.split())
        words = text.split()
        if len(words) > length and search_key(" ".join(words[:length])) == search_key(type_):
            name = " ".join([type_, *words[length:]])
            return Named(name, kind, search_key(name))
    return None


def parted(text: str) -> tuple[str, str] | None:
    """The name and the code behind it in brackets; None where there is no such code."""
    found = WITH_CODE.fullmatch(text)
    return None if found is None else (found["name"], found["code"])
