"""Writes reminder mails: plain text and HTML, one button, whom to call, why you got it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import make_msgid
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from services.notifier.abouts import MailKind, Owed
from services.notifier.aggregates.use_cases import OwedAggregate
from services.notifier.timers.use_cases import deadline_date
from shared.catalogue.catalogue import Catalogue
from shared.catalogue.errors import UnknownForm
from shared.domain.errors import PeriodError
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import FormCode, OrganizationId
from shared.domain.organizations import OrganizationKind, OrganizationVersion
from shared.domain.reminders import ReminderStage
from shared.domain.time import in_vietnam, vietnam_date
from shared.labels.labels import Labels, Language
from shared.web.formats import Formats

TEMPLATES = Path(__file__).parent.parent / "templates" / "notifier" / "mails"
REPORT_SUBJECT = "{form} {period}: thời hạn gửi {deadline}"
AGGREGATE_SUBJECT = "Ký duyệt số tổng hợp {form} {period}: thời hạn {deadline}"
SUBJECTS = {
    (MailKind.REPORT, ReminderStage.DUE_SOON): f"[Nhắc việc] {REPORT_SUBJECT}",
    (MailKind.REPORT, ReminderStage.OVERDUE): f"[Quá hạn] {REPORT_SUBJECT}",
    (MailKind.REPORT, ReminderStage.URGE): f"[Đôn đốc] {REPORT_SUBJECT}",
    (MailKind.AGGREGATE, ReminderStage.DUE_SOON): f"[Nhắc việc] {AGGREGATE_SUBJECT}",
    (MailKind.AGGREGATE, ReminderStage.OVERDUE): f"[Quá hạn] {AGGREGATE_SUBJECT}",
}
FOLDERS = {MailKind.REPORT: "", MailKind.AGGREGATE: "aggregate_"}
"""How the names of the templates of a kind begin."""


@dataclass(frozen=True, slots=True)
class MailText:
    """What a reminder says."""

    subject: str
    body_text: str
    body_html: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it is sent, and as the ledger keeps it: a secret in it is nobody else's."""

    sent: MailText
    kept: MailText
    language: Language = Language.VI


class MailWriter:
    """Writes reminders for owed reports; `demo` marks them as made-up."""

    def __init__(self, *, base_url: str, demo: bool, labels: Labels) -> None:
        self._base_url = base_url.rstrip("/")
        self._demo = demo
        self._formats = Formats(Language.VI, labels)
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def new_message_id(self) -> str:
        """Unique in the world (RFC 5322, section 3.6.4)."""
        return make_msgid(domain=urlsplit(self._base_url).hostname or "tonghop")

    def write(
        self,
        owed: Owed,
        *,
        stage: ReminderStage,
        catalogue: Catalogue,
        now: datetime,
        urged_by: str | None = None,
    ) -> MailText:
        """What to say at `now`; raises UnknownOrganization if the one that owes it is gone."""
        words = self._words(owed, catalogue=catalogue, now=now) | {"urged_by": urged_by}
        kind = owed.about.kind
        subject = SUBJECTS[kind, stage].format(**words | {"form": words["form_label"]})
        return self.render(f"{FOLDERS[kind]}{stage}", words, subject=subject)

    def render(self, template: str, words: Mapping[str, object], *, subject: str) -> MailText:
        """The mail of a template, as text and as HTML."""
        mark = "[Mô phỏng] " if self._demo else ""
        words = {**words, "demo": self._demo}
        return MailText(
            subject=mark + subject,
            body_text=self._templates.get_template(f"{template}.txt").render(words),
            body_html=self._templates.get_template(f"{template}.html").render(words),
        )

    def link(self, path: str) -> str:
        """The address of a page as people reach it."""
        return f"{self._base_url}{path}"

    def _period(self, report: Owed) -> str:
        """Its code where it cannot be named: one odd duty must not keep all others from mail."""
        try:
            return self._formats.period(report.period)
        except PeriodError:
            return report.period

    def _words(self, report: Owed, *, catalogue: Catalogue, now: datetime) -> dict[str, object]:
        last_day, today = deadline_date(report.deadline), vietnam_date(now)
        receiver = _receiver(report, catalogue=catalogue, now=now)
        form = _form(report, catalogue=catalogue)
        return {
            "sender": _sender(report, catalogue=catalogue, today=today),
            "receiver": receiver,
            "contact": _contact(receiver),
            "form": form.name if form else report.form,
            "form_label": form.label if form else report.form,
            "period": self._period(report),
            "deadline": self._formats.date_long(last_day),
            "overdue": now >= report.deadline,
            "working_days": abs(catalogue.calendar.working_days_between(today, last_day)),
            "now": f"{in_vietnam(now):%H giờ %M ngày %d/%m/%Y}",
            "link": self.link(_path(report, form)),
            "standing": report.standing if isinstance(report, OwedAggregate) else None,
        }


def _path(owed: Owed, form: FormTemplate | None) -> str:
    """Of the page where it is done; home, should the form have been taken back since."""
    if owed.about.kind is MailKind.REPORT:
        return f"/obligations/{owed.about.id}/form"
    return "/" if form is None else f"/aggregates/{form.slug}/{owed.period}"


def _form(report: Owed, *, catalogue: Catalogue) -> FormTemplate | None:
    """None if the form was taken back since: the report is owed all the same."""
    try:
        return catalogue.form(FormCode(report.form), on=report.cutoff_date)
    except UnknownForm:
        return None


def _receiver(report: Owed, *, catalogue: Catalogue, now: datetime) -> OrganizationVersion | None:
    """Whom to call: the receiver, unless it is gone."""
    if report.receiver_id is None:
        return None
    organizations = catalogue.tree(vietnam_date(now)).organizations
    return organizations.get(OrganizationId(report.receiver_id))


def _sender(report: Owed, *, catalogue: Catalogue, today: date) -> str:
    """Who is written to; also for whom, where another reports in a unit's place."""
    holder = catalogue.tree(today).get(OrganizationId(report.met_by))
    if holder.id == report.organization_id:
        return _formal_name(holder)
    unit = catalogue.versions(OrganizationId(report.organization_id))[-1]
    return f"{_formal_name(holder)} (thay cho {_formal_name(unit)})"


def _contact(receiver: OrganizationVersion | None) -> str:
    """The person, if one is named, and the organization."""
    if receiver is None:
        return ""
    return ", ".join(filter(None, (receiver.contact_name, _formal_name(receiver))))


def _formal_name(organization: OrganizationVersion) -> str:
    """As letters address it: the people's committee of the unit (Nghị định 30/2020/NĐ-CP)."""
    name = organization.name
    if organization.kind is OrganizationKind.DEPARTMENT:
        return name
    return f"UBND {name[0].lower()}{name[1:]}"


def address_of(report: Owed, *, catalogue: Catalogue, now: datetime) -> str | None:
    """The address of record of who has to do it; None if it has none, or is gone."""
    holder = catalogue.tree(vietnam_date(now)).organizations.get(OrganizationId(report.met_by))
    return holder.email if holder else None
