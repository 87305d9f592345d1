"""Who gets which answer about e-mails: all of them for administrators, one's own for staff, none for viewers."""

from __future__ import annotations

from finance.choices import EmailKind
from finance.services.email_templates import create_template
from finance.services.emails import File, Letter, queue_email
from finance.services.reminder_rules import create_rule
from finsuite.kernel.actors import Actor
from tests.api.permissions import Row, World, page, read, write

API = "/api/v1/finance/{finance}/emails"
PAGES = "/finance/{finance}/emails"
TEMPLATES = "/finance/{finance}/settings/email-templates"
WORDS = {"name": "Short", "subject": "{{number}}", "body": "Hello"}


def _for_admins(url: str, *, status: int = 200, body: dict[str, str] | None = None) -> Row:
    method = "GET" if body is None else "POST"
    return page(url, method=method, body=body, view=403, edit=403, admin=status)


REMINDERS = "/finance/{finance}/settings/reminders"
RULE = {"days": "7", "side": "after", "recipient": "customer"}
RULES = "/api/v1/finance/{finance}/reminder-rules"
LOOK = "/finance/{finance}/settings/document-look"
SEEN = {"If-Match": '"{reminder_rule_version}"'}
CHOSEN = {"look": "modern", "accent": "#0f766e", "paper": "a4"}

ROWS = [
    _for_admins(f"{REMINDERS}/"),
    _for_admins(f"{REMINDERS}/", body=RULE, status=302),
    _for_admins(f"{REMINDERS}/{{reminder_rule}}/", body={**RULE, "version": "{reminder_rule_version}"}, status=302),
    _for_admins(f"{REMINDERS}/{{reminder_rule}}/delete/", body={}, status=302),
    read(RULES),
    read(f"{RULES}/{{reminder_rule}}"),
    read(f"{RULES}/{{reminder_rule}}/history"),
    write("POST", RULES, body={"days": 5}, edit=403, admin=201),
    write("POST", f"{RULES}/bulk", body={"records": [{"days": 5}]}, edit=403, admin=200),
    write("PATCH", f"{RULES}/{{reminder_rule}}", body={"days": 6}, headers=SEEN, edit=403, admin=200),
    write("DELETE", f"{RULES}/{{reminder_rule}}", headers=SEEN, edit=403, admin=204),
    _for_admins(f"{LOOK}/"),
    _for_admins(f"{LOOK}/", body=CHOSEN, status=302),
    _for_admins(f"{LOOK}/preview/", body=CHOSEN),
    _for_admins(f"{LOOK}/modern.png"),
    read(API, view=403),
    read(f"{API}/{{email}}", view=403, edit=404),
    read(f"{API}/{{email}}/history", view=403, edit=404),
    write("POST", f"{API}/{{email}}/retry", edit=404, admin=200),
    write("POST", f"{API}/{{email}}/cancel", edit=404, admin=200),
    page(f"{PAGES}/", view=403),
    page(f"{PAGES}/{{email}}/", view=403, edit=404),
    page(f"{PAGES}/{{email}}/retry/", method="POST", body={}, view=403, edit=404, admin=302),
    page(f"{PAGES}/{{email}}/cancel/", method="POST", body={}, view=403, edit=404, admin=302),
    page(f"{PAGES}/{{email}}/attachments/{{email_file}}/", view=403, edit=404),
    _for_admins(f"{PAGES}/folder/", status=404),  # there is one in development only
    _for_admins(f"{PAGES}/folder/some.eml", status=404),
    _for_admins(f"{TEMPLATES}/"),
    _for_admins(f"{TEMPLATES}/{{email_template}}/"),
    _for_admins(f"{TEMPLATES}/{{email_template}}/", body=WORDS, status=302),
    _for_admins(f"{TEMPLATES}/{{email_template}}/delete/", body={}, status=302),
    _for_admins(f"{TEMPLATES}/invoice/fr/"),
    _for_admins(f"{TEMPLATES}/invoice/fr/", body=WORDS, status=302),
    _for_admins(f"{TEMPLATES}/invoice/fr/preview/", body=WORDS),
    _for_admins(f"{TEMPLATES}/invoice/fr/try/"),
]


def furnish(world: World) -> None:
    """An administrator's e-mail with a file, and a template, here and at the outsider's."""
    found = []
    for organization, owner in ((world.finance, "admin"), (world.foreign_finance, "outsider")):
        actor = Actor.person(world.people[owner])
        letter = Letter(
            kind=EmailKind.INVOICE,
            to=["customer@example.com"],
            subject="Invoice",
            body="Hello",
            language="en",
            files=[File(name="a.pdf", media_type="application/pdf", content=b"%PDF")],
        )
        email = queue_email(actor=actor, organization=organization, letter=letter)
        template = create_template(
            actor=actor, organization=organization, kind="invoice", language="en", values={**WORDS, "name": "Ours"}
        )
        rule = create_rule(actor=actor, organization=organization, values={"days": 3})
        found.append((email, email.attachments.get(), template, rule))
    names = ("email", "email_file", "email_template", "reminder_rule")
    for name, ours, foreign in zip(names, *found, strict=True):
        world.add(name, ours, foreign)
