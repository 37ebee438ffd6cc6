"""Whom a visitor may be, in each of the worlds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shared.web.principals import Role

SENDER = frozenset({Role.PREPARER, Role.SIGNER})


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody made up. `token` is the file of an API token, if there is one.

    `until` is the last day of an organization that has ended: the account ends with it.
    """

    username: str
    display_name: str
    organization: str
    level: str
    roles: frozenset[Role]
    token: str | None = None
    until: date | None = None


def seeder(province: str) -> Person:
    """The account that a made-up history is told under; nobody signs in with it."""
    return Person("mo-phong", "Số liệu mô phỏng", province, "province", frozenset({Role.SERVICE}))


PEOPLE_OF_THE_QUARTER: Sequence[Person] = (
    Person("xa.tanlap", "Nguyễn Thị Hoa", "25381", "commune", SENDER, token="commune"),  # noqa: S106 (the name of a file)
    Person("xa.tanlap.lap", "Phan Thị Mai", "25381", "commune", frozenset({Role.PREPARER})),
    Person("xa.tanloi", "Trần Văn Bình", "25378", "commune", SENDER),
    Person(
        "huyen.dongphu",
        "Lê Minh Đức",
        "695",
        "district",
        frozenset({Role.REVIEWER}),
        token="district",  # noqa: S106
    ),
    Person(
        "tinh.tonghop",
        "Phạm Thu Hà",
        "70",
        "province",
        frozenset({Role.ANALYST, Role.REVIEWER}),
        token="province",  # noqa: S106
    ),
    Person("tinh.lanhdao", "Võ Quốc Khánh", "70", "province", frozenset({Role.LEADER})),
    Person("tinh.quantri", "Đỗ Anh Tuấn", "70", "province", frozenset({Role.ADMINISTRATOR})),
)

PEOPLE_OF_THE_YEAR: Sequence[Person] = (
    Person("phuong.dongxoai", "Nguyễn Thị Hoa", "25210", "commune", SENDER, token="commune"),  # noqa: S106
    Person("xa.xuanhoa", "Trần Văn Bình", "26446", "commune", frozenset({Role.PREPARER})),
    Person("xa.xuanhoa.chutich", "Bùi Thị Lan", "26446", "commune", frozenset({Role.SIGNER})),
    Person("phuong.tranbien", "Hoàng Minh Châu", "26041", "commune", SENDER),
    Person(
        "so.taichinh",
        "Lê Minh Đức",
        "H19.15",
        "department",
        SENDER | {Role.REVIEWER},
        token="department",  # noqa: S106
    ),
    Person("so.yte", "Ngô Thị Mai", "H19.18", "department", SENDER | {Role.REVIEWER}),
    Person(
        "tinh.tonghop",
        "Phạm Thu Hà",
        "75",
        "province",
        frozenset({Role.ANALYST, Role.REVIEWER}),
        token="province",  # noqa: S106
    ),
    Person("tinh.lanhdao", "Võ Quốc Khánh", "75", "province", frozenset({Role.LEADER})),
    Person("tinh.quantri", "Đỗ Anh Tuấn", "75", "province", frozenset({Role.ADMINISTRATOR})),
    Person(
        "huyen.dongphu",
        "Đặng Văn Sơn",
        "695",
        "district",
        frozenset({Role.REVIEWER}),
        until=date(2025, 6, 30),
    ),
)
