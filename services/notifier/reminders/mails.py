"""Writes reminder mails: plain text and HTML, one button, whom to call, why you got it."""

from datetime import datetime
from email.utils import make_msgid
from pathlib import Path
from urllib.parse import urlsplit

from babel.dates import format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from services.notifier.reminders.repository import Reminder
from services.notifier.timers.repository import OwedReport
from services.notifier.timers.use_cases import deadline_date
from shared.catalogue.catalogue import Catalogue
from shared.domain.identifiers import FormCode, OrganizationId, PeriodCode
from shared.domain.organizations import OrganizationVersion
from shared.domain.reminders import ReminderStage
from shared.domain.time import in_vietnam, vietnam_date
from shared.web.formats import date_long, period_name

TEMPLATES = Path(__file__).parent.parent / "templates" / "notifier" / "mails"
SUBJECTS = {
    ReminderStage.DUE_SOON: "[Nhắc việc] {form} {period}: thời hạn gửi {deadline}",
    ReminderStage.OVERDUE: "[Quá hạn] {form} {period}: thời hạn gửi {deadline}",
}


class MailWriter:
    """Writes one reminder for one owed report; `demo` marks it as made-up."""

    def __init__(self, *, base_url: str, demo: bool) -> None:
        self._base_url = base_url.rstrip("/")
        self._demo = demo
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def write(
        self, report: OwedReport, *, stage: ReminderStage, catalogue: Catalogue, now: datetime
    ) -> Reminder | None:
        """The mail to the organization's address of record; None if it has none."""
        today = vietnam_date(now)
        tree = catalogue.tree(today)
        sender = tree.get(OrganizationId(report.organization_id))
        if not sender.email:
            return None
        receiver = tree.get(OrganizationId(report.receiver_id)) if report.receiver_id else None
        words = self._words(report, sender=sender, receiver=receiver, catalogue=catalogue, now=now)
        return Reminder(
            obligation_id=report.obligation_id,
            organization_id=report.organization_id,
            stage=stage,
            recipient=sender.email,
            message_id=make_msgid(domain=urlsplit(self._base_url).hostname or "tonghop"),
            subject=self._subject(stage, words),
            body_text=self._templates.get_template(f"{stage}.txt").render(words),
            body_html=self._templates.get_template(f"{stage}.html").render(words),
            decided_at=now,
        )

    def _subject(self, stage: ReminderStage, words: dict[str, object]) -> str:
        mark = "[Số liệu mô phỏng] " if self._demo else ""
        return mark + SUBJECTS[stage].format(**words)

    def _words(
        self,
        report: OwedReport,
        *,
        sender: OrganizationVersion,
        receiver: OrganizationVersion | None,
        catalogue: Catalogue,
        now: datetime,
    ) -> dict[str, object]:
        last_day = deadline_date(report.deadline)
        today = vietnam_date(now)
        form = catalogue.form(FormCode(report.form), on=last_day)
        return {
            "sender": sender,
            "receiver": receiver,
            "form": form.name,
            "period": period_name(PeriodCode(report.period), language="vi"),
            "deadline": date_long(last_day, language="vi"),
            "working_days": abs(catalogue.calendar.working_days_between(today, last_day)),
            "now": format_datetime(in_vietnam(now), "HH 'giờ' mm 'ngày' dd/MM/yyyy", locale="vi"),
            "link": f"{self._base_url}/obligations/{report.obligation_id}/form",
            "demo": self._demo,
        }
