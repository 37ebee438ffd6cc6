"""Faults of a submission as members of a problem's `errors`."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from shared.domain.contents import Content
from shared.domain.documents import Document, document_faults
from shared.domain.faults import Fault
from shared.domain.forms import FormTemplate, Severity
from shared.domain.identifiers import RowCode
from shared.domain.time import vietnam_date
from shared.web.problems import (
    CrossCheckFailed,
    ProblemFault,
    ValidationFailed,
)

CROSS_CHECK = "cross_check_failed"
EXPLANATION_REQUIRED = "explanation_required"


def at_field(name: str, *, code: str, detail: str) -> ProblemFault:
    """A fault of a member of the body."""
    return ProblemFault(code=code, detail=detail, pointer=f"/{name}")


def no_obligation(*, organization: str, period: str) -> ProblemFault:
    """The organization does not owe this report."""
    return at_field(
        "period",
        code="no_obligation",
        detail=f"{organization} không có nghĩa vụ gửi biểu mẫu này cho kỳ {period}. "
        "Hãy kiểm tra biểu mẫu, kỳ báo cáo và mã đơn vị.",
    )


def figures_with_nothing() -> ProblemFault:
    """Figures were sent together with the statement that there are none."""
    return at_field(
        "nothing_to_report",
        code="figures_with_nothing_to_report",
        detail="Đã chọn “Không phát sinh” nhưng vẫn có số liệu. Hãy bỏ chọn hoặc xóa số liệu.",
    )


def reason_required(detail: str) -> ProblemFault:
    """A correction without a reason."""
    return at_field("reason", code="correction_needs_reason", detail=detail)


def of_document(document: Document, *, at: datetime, attachment_known: bool) -> list[ProblemFault]:
    """What is wrong with what the signed paper says, when it is sent."""
    if document.is_blank:
        return []
    faults = [
        at_field(f"document/{each.field}", code=each.code, detail=each.detail)
        for each in document_faults(document, today=vietnam_date(at))
    ]
    if not attachment_known:
        detail = "Không có tệp đính kèm này của báo cáo. Hãy tải tệp lên trước."
        field = "document/attachment_sha256"
        faults.append(at_field(field, code="unknown_attachment", detail=detail))
    return faults


def of_files(content: Content, *, kept: Collection[str]) -> list[ProblemFault]:
    """Supporting files that were never uploaded for the report."""
    return [
        at_field(
            f"content/files/{section}/{place}",
            code="unknown_attachment",
            detail="Không có tệp này của báo cáo. Hãy tải tệp lên trước.",
        )
        for section, files in content.files.items()
        for place, file in enumerate(files)
        if file["sha256"] not in kept
    ]


def unknown_explanation(key: str) -> ProblemFault:
    """An explanation of a rule or a row that the form lacks."""
    escaped = key.replace("~", "~0").replace("/", "~1")
    return ProblemFault(
        code="unknown_check",
        detail="Mẫu không có quy tắc hoặc dòng này. Hãy dùng mã quy tắc, hoặc MÃ/DÒNG.",
        pointer=f"/explanations/{escaped}",
    )


def of_figures(faults: Iterable[Fault]) -> list[ProblemFault]:
    """Those that keep the report from being sent; what is explained does not."""
    return [problem_fault(fault) for fault in faults if fault.blocks]


def problem_fault(fault: Fault) -> ProblemFault:
    """One fault of a cell or a rule."""
    code, detail = fault.code, fault.detail
    if fault.severity is Severity.SOFT and fault.blocks:
        code = EXPLANATION_REQUIRED
        detail = (
            f"{fault.detail} Nếu số liệu đúng, hãy giải trình ở explanations"
            f"[“{explanation_key(fault)}”]."
        )
    return ProblemFault(
        code=code,
        detail=detail,
        pointer=fault.pointer,
        row=fault.row,
        column=fault.column,
        severity=fault.severity.value,
    )


def explanation_key(fault: Fault) -> str:
    """The member of `explanations` that speaks of this fault."""
    return f"{fault.check}/{fault.row}"


def explanations_by_row(
    form: FormTemplate, given: dict[str, str]
) -> tuple[dict[tuple[str, RowCode], str], list[ProblemFault]]:
    """Explanations by rule and row; one that names no row speaks of all."""
    if not given:
        return {}, []
    found: dict[tuple[str, RowCode], str] = {}
    faults: list[ProblemFault] = []
    checks = {check.code: check for check in form.checks}
    for key, text in given.items():
        code, _, row = key.partition("/")
        rows = {each.code for each in form.judged_rows(checks[code])} if code in checks else set()
        wanted = rows if not row else rows & {RowCode(row)}
        if not wanted:
            faults.append(unknown_explanation(key))
        found.update({(code, each): text for each in wanted})
    return found, faults


def refusal(faults: Sequence[ProblemFault]) -> ValidationFailed:
    """The problem that names them all."""
    contradictions = {CROSS_CHECK, EXPLANATION_REQUIRED}
    if all(fault.code in contradictions for fault in faults):
        return CrossCheckFailed(errors=faults)
    return ValidationFailed(errors=faults)
