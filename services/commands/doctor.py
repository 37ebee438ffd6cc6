"""`tonghop doctor`: looks at everything an installation needs, and says what to do."""

import json
from typing import Annotated

import typer

from services.commands.database import owner_engine
from services.commands.faults import run_command
from services.doctor.examination import examine
from services.doctor.findings import Finding, Severity, worst
from shared.settings import load_settings

SIGNS = {
    Severity.GOOD: ("tốt", typer.colors.GREEN),
    Severity.WARNING: ("chú ý", typer.colors.YELLOW),
    Severity.ERROR: ("hỏng", typer.colors.RED),
}


def doctor(
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Kiểm tra mọi bản báo cáo, không chỉ một mẫu.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="In một tài liệu JSON.")] = False,
) -> None:
    """Kiểm tra hệ thống. Mã kết thúc: 0 tốt, 1 có điều cần chú ý, 2 có chỗ hỏng."""
    findings = run_command(_examine(everything=everything))
    severity = worst(findings)
    if as_json:
        listed = [finding.as_json() for finding in findings]
        answer = {"severity": severity.name.lower(), "findings": listed}
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            _show(finding)
    raise typer.Exit(int(severity))


async def _examine(*, everything: bool) -> list[Finding]:
    settings = load_settings()
    async with owner_engine(settings, command="doctor") as engine:
        return await examine(engine, settings, everything=everything)


def _show(finding: Finding) -> None:
    sign, colour = SIGNS[finding.severity]
    typer.echo(f"{typer.style(f'{sign:<6}', fg=colour)} {finding.check}: {finding.found}")
    if finding.remedy:
        typer.echo(f"       → {finding.remedy}")
