"""`tonghop catalogue preview`: forms as officers will see them, before they are loaded."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from services.commands.faults import CommandFault, faults_told
from services.commands.pack_names import PackNames, read_named
from services.intake.forms.standalone import standalone_page
from shared.catalogue.catalogue import Catalogue
from shared.catalogue.faults import PacksRefused
from shared.catalogue.form_checks import form_faults
from shared.catalogue.packs import content_of_packs
from shared.catalogue.regime_schemas import RegimeFile
from shared.catalogue.schemas import FormFile
from shared.catalogue.stored import Stored
from shared.labels.labels import Language, load_labels

Out = Annotated[
    Path,
    typer.Option(
        "--out",
        help="Tệp .html để ghi, hoặc thư mục khi gói có nhiều biểu. Tệp cũ được ghi đè.",
    ),
]
FormChoice = Annotated[
    str | None,
    typer.Option("--form", help="Mã biểu cần xem, khi gói có nhiều biểu.", show_default=False),
]


class NoSuchForm(CommandFault):
    """The packs hold no form, or not the one that was asked for."""

    code = "no_such_form"

    def __init__(self, wanted: str | None, *, known: Sequence[str]) -> None:
        if not known:
            super().__init__("Các gói này không có biểu mẫu nào. Hãy chọn gói có tệp kind: form.")
            return
        listed = ", ".join(known)
        super().__init__(f"Không có biểu “{wanted}”. Hãy chọn một trong: {listed}.")


class SeveralForms(CommandFault):
    """One file shows one form."""

    code = "several_forms"

    def __init__(self, known: Sequence[str], *, out: Path) -> None:
        super().__init__(
            f"Các gói có {len(known)} biểu ({', '.join(known)}), mà {out} chỉ chứa một. Hãy chọn "
            "một biểu bằng --form, hoặc ghi --out là thư mục."
        )


def preview(
    packs: PackNames = None, *, out: Out, form: FormChoice = None, english: bool = False
) -> None:
    """Ghi trang xem trước biểu mẫu của các gói, hoặc của một tệp .yaml; không cần máy chủ."""
    with faults_told():
        known = _read(packs)
        chosen = [each for each in known.forms if form is None or each.code == form]
        codes = list(dict.fromkeys(each.code for each in known.forms))
        if not chosen:
            raise NoSuchForm(form, known=codes)
        into_folder = out.is_dir() or not out.suffix
        if len(chosen) > 1 and not into_folder:
            raise SeveralForms(codes, out=out)
        language = Language.EN if english else Language.VI
        for each in chosen:
            file = out / f"{each.slug}-{each.version}.html" if into_folder else out
            file.parent.mkdir(parents=True, exist_ok=True)
            page = standalone_page(known, each, labels=load_labels(), language=language)
            file.write_text(page, encoding="utf-8")
            typer.echo(f"{each.code}: {file}")


def _read(names: Sequence[str] | None) -> Catalogue:
    """The forms and regimes of packs, and of files that are a form; judged by themselves."""
    content = content_of_packs(read_named(names))
    faults = [fault for item in content.live_documents(FormFile) for fault in form_faults(item)]
    if faults:
        raise PacksRefused(faults)
    documents = [item.model for item in content.documents.values() if not item.model.retracted]
    shown = [each for each in documents if isinstance(each, FormFile | RegimeFile)]
    return Catalogue.of(Stored(documents=tuple(shown)))
