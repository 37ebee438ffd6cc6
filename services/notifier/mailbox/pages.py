"""The demonstration's mailbox: what organizations would have received."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import HTMLResponse

from services.notifier.dependencies import NotifierDep
from services.notifier.mailbox.use_cases import PAGE_MAILS, read_mailbox, read_one_mail
from shared.web.access import SignedIn
from shared.web.identifiers import LARGEST_ID
from shared.web.middleware import CONTENT_SECURITY_POLICY
from shared.web.pages import PagesDep

FRAMING_POLICY = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"

# A mail is a stranger's HTML: no script, no form, nothing loaded, an origin of its own.
MAIL_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
        "sandbox allow-popups allow-popups-to-escape-sandbox",
    )
)

router = APIRouter(prefix="/mailbox", include_in_schema=False)

MailId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Before = Annotated[int | None, Query(ge=1, le=LARGEST_ID)]


@router.get("")
async def mailbox(
    request: Request,
    pages: PagesDep,
    principal: SignedIn,
    notifier: NotifierDep,
    before: Before = None,
) -> Response:
    mails = await read_mailbox(notifier, principal, before_id=before)
    return pages.render(
        request,
        "notifier/mailbox.html",
        mails=mails,
        before=before,
        older=mails[-1].id if len(mails) == PAGE_MAILS else None,
    )


@router.get("/{mail_id}")
async def mail(
    request: Request, pages: PagesDep, principal: SignedIn, notifier: NotifierDep, mail_id: MailId
) -> Response:
    found = await read_one_mail(notifier, principal, mail_id=mail_id)
    page = pages.render(
        request,
        "notifier/mail.html",
        mail=found,
        mails=await read_mailbox(notifier, principal, before_id=mail_id + 1),
    )
    page.headers["Content-Security-Policy"] = FRAMING_POLICY
    return page


@router.get("/{mail_id}/body")
async def mail_body(principal: SignedIn, notifier: NotifierDep, mail_id: MailId) -> Response:
    """The HTML of the mail alone, for the frame."""
    found = await read_one_mail(notifier, principal, mail_id=mail_id)
    return HTMLResponse(found.html, headers={"Content-Security-Policy": MAIL_POLICY})
