"""Supporting files of a draft, section by section: attached and taken off."""

from dataclasses import dataclass

from services.intake.contents import Words, label_in
from services.intake.documents.use_cases import keep_attachment
from services.intake.drafts.repository import Draft, DraftContent
from services.intake.drafts.sheet import open_sheet
from services.intake.drafts.use_cases import keep_draft
from services.intake.service import Intake
from shared.domain.contents import NamedFile
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import ObligationId
from shared.domain.narratives import SectionCode
from shared.labels.labels import Language
from shared.web.principals import Principal
from shared.web.problems import NotFound


@dataclass(frozen=True, slots=True)
class SectionFiles:
    """A section that takes files, with those that it has."""

    code: str
    heading: str
    files: tuple[NamedFile, ...]
    most: int

    @property
    def is_full(self) -> bool:
        return len(self.files) >= self.most


@dataclass(frozen=True, slots=True)
class FileAct:
    """What an officer wants done with the files of a section, at which version of the draft."""

    section: str
    replaces: int
    file_name: str = ""
    content: bytes = b""
    remove: str = ""


def sections_with_files(
    form: FormTemplate, words: Words | None, *, language: Language
) -> list[SectionFiles]:
    """Those that take files, in their order."""
    files = (words or {}).get("files", {})
    return [
        SectionFiles(
            code=each.code,
            heading=label_in(each.heading, each.heading_en, language),
            files=tuple(files.get(each.code, ())),
            most=each.max_files,
        )
        for each in form.sections
        if each.max_files
    ]


async def act_on_files(
    intake: Intake, principal: Principal, obligation_id: ObligationId, *, act: FileAct
) -> Draft:
    """The draft with the file attached, or without the one to `remove`.

    Raises:
        NotFound: the form has no such section that takes files.
        AttachmentTooLarge, AttachmentOfOtherKind: judged by its content alone.
        VersionConflict, AwaitingSignature: as `keep_draft`.
    """
    desk = (await open_sheet(intake, principal, obligation_id)).desk
    section = desk.place.form.section_by_code.get(SectionCode(act.section))
    if section is None or not section.max_files:
        raise NotFound
    words = desk.draft.words or {}
    held = words.get("files", {}).get(act.section, [])
    files = [each for each in held if each["sha256"] != act.remove]
    if act.content and len(files) < section.max_files:
        kept = await keep_attachment(
            intake,
            principal,
            obligation_id,
            file_name=act.file_name,
            content=act.content,
            supports=True,
        )
        files = [each for each in files if each["sha256"] != kept.sha256]
        files.append(NamedFile(sha256=kept.sha256, name=kept.file_name))
    content = DraftContent(
        figures=desk.draft.figures,
        nothing_to_report=desk.draft.nothing_to_report,
        explanations=desk.draft.explanations,
        words={**words, "files": {**words.get("files", {}), act.section: files}},
    )
    return await keep_draft(
        intake, principal, obligation_id, content=content, replaces=act.replaces
    )
