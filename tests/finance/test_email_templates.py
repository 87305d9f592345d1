from __future__ import annotations

from typing import Any

import pytest

from finance.choices import EmailKind
from finance.models import EmailTemplate, Organization
from finance.selectors import emails as selectors
from finance.services.email_templates import create_template, delete_template, update_template
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotPermitted, Refused
from users.models import User

pytestmark = pytest.mark.django_db


def create(actor: Actor, organization: Organization, **values: Any) -> EmailTemplate:
    given = {"name": "Short", "subject": "{{number}}", "body": "Here it is.", **values}
    return create_template(actor=actor, organization=organization, kind="invoice", language="en", values=given)


def names(organization: Organization, language: str = "en") -> list[str]:
    return [one.name for one in selectors.templates(organization, EmailKind.INVOICE, language)]


def test_there_is_a_template_before_anybody_has_written_one(organization: Organization) -> None:
    (standard,) = selectors.templates(organization, EmailKind.INVOICE, "en")
    assert (standard.id, standard.subject) == (None, "Invoice {{number}} from {{organization}}")
    assert EmailTemplate.objects.count() == 0


def test_a_template_stands_beside_finsuite_s_own_until_it_is_the_default(
    organization: Organization, actor: Actor
) -> None:
    template = create(actor, organization)
    assert names(organization) == ["Standard", "Short"]
    update_template(actor=actor, template=template, values={"is_default": True})
    assert names(organization) == ["Short"]
    assert names(organization, "fr") == ["Standard"]
    delete_template(actor=actor, template=template)
    assert names(organization) == ["Standard"]


def test_one_default_takes_the_place_of_another(organization: Organization, actor: Actor) -> None:
    create(actor, organization, is_default=True)
    create(actor, organization, name="Long", is_default=True)
    assert names(organization) == ["Long", "Short"]
    assert EmailTemplate.objects.filter(is_default=True).count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"body": " "}, "body"),
        ({"subject": "{{expiry_date}}"}, "subject"),
        ({"body": "{{ number | upper }}"}, "body"),
        ({"language": "fr"}, "language"),
    ],
)
def test_a_template_that_can_t_be_used_is_refused(
    organization: Organization, actor: Actor, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        create(actor, organization, **wrong)
    assert list(refusal.value.fields) == [field]
    assert EmailTemplate.objects.count() == 0


def test_a_name_is_there_once(organization: Organization, actor: Actor) -> None:
    create(actor, organization)
    with pytest.raises(Refused, match="of this name"):
        create(actor, organization)


def test_a_save_that_changes_nothing_writes_nothing(organization: Organization, actor: Actor) -> None:
    template = create(actor, organization)
    before = template.updated_at
    assert update_template(actor=actor, template=template, values={"name": "Short"}).updated_at == before


def test_staff_may_not_write_templates(organization: Organization, staff: User) -> None:
    with pytest.raises(NotPermitted):
        create(Actor.person(staff), organization)
    assert EmailTemplate.objects.count() == 0
