"""What a reader of the catalogue may ask for and not find.

CatalogueError (shared.domain.errors)
├── UnknownForm
├── UnknownIndicator
└── UnknownRegime
"""

from datetime import date

from shared.domain.errors import CatalogueError


class UnknownForm(CatalogueError):
    code = "unknown_form"

    def __init__(self, form: str, *, on: date | None = None) -> None:
        when = f" vào ngày {on:%d/%m/%Y}" if on else ""
        super().__init__(
            f"Không có biểu mẫu “{form}”{when}. Hãy kiểm tra mã biểu và kỳ báo cáo: mỗi biểu mẫu "
            "chỉ dùng cho các kỳ chốt số liệu trong thời gian hiệu lực của nó."
        )
        self.form = form
        self.on = on


class UnknownRegime(CatalogueError):
    code = "unknown_regime"

    def __init__(self, regime: str, *, on: date) -> None:
        super().__init__(
            f"Không có chế độ báo cáo “{regime}” vào ngày {on:%d/%m/%Y}. Hãy kiểm tra mã chế độ và "
            "kỳ báo cáo."
        )
        self.regime = regime
        self.on = on


class UnknownIndicator(CatalogueError):
    code = "unknown_indicator"

    def __init__(self, indicator: str, *, on: date) -> None:
        super().__init__(
            f"Không có chỉ tiêu “{indicator}” vào ngày {on:%d/%m/%Y}. Hãy kiểm tra mã chỉ tiêu và "
            "kỳ báo cáo."
        )
        self.indicator = indicator
        self.on = on
