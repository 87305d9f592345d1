"""A sales rep notes what happened and does what is to be done, by keyboard."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from crm.models import Activity
from tests import factories
from tests.scenarios.accessibility import faults_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def acme(page, sign_in):
    person = factories.user("rep@example.com", first_name="Béatrice", last_name="Roy")
    organization = factories.crm_organization(person)
    sign_in(person)
    return factories.account(organization, "Acme", tags=["north"])


def test_a_call_is_logged_once_a_task_is_done_and_a_file_comes_and_goes(page, acme, tmp_path):
    at = f"/crm/{acme.organization_id}"
    page.goto(f"{at}/accounts/{acme.pk}/activity")
    page.get_by_label("What to note").get_by_role("link", name="Call").click()
    page.get_by_label("The call has taken place").check()
    page.get_by_label("Subject").fill("Prices")
    page.get_by_label("Details").fill("They want ten percent off")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#timeline").get_by_text("Prices", exact=True)).to_have_count(1)
    assert list(Activity.objects.values_list("kind", "status")) == [("call", "done")]

    page.get_by_label("What to note").get_by_role("link", name="Task").click()
    expect(page.get_by_label("Subject")).to_be_focused()
    page.keyboard.type("Send the offer")
    soon = timezone.localtime() + timedelta(hours=2)
    page.get_by_label("Remind the owner").fill(soon.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_label("Subject").focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#timeline").get_by_text("Send the offer", exact=True)).to_have_count(1)
    assert faults_of(page) == []

    page.goto(f"{at}/work")
    page.get_by_role("button", name="Mark “Send the offer” as done").click()
    page.get_by_role("button", name="Reopen “Send the offer”").wait_for()
    task = Activity.objects.get(kind="task")
    assert (task.status, task.reminder_at is not None) == ("done", True)
    page.get_by_role("button", name="Delete “Send the offer”").click()
    page.get_by_role("button", name="Undo").click()
    page.wait_for_load_state("networkidle")
    assert Activity.objects.filter(kind="task", deleted_at=None).count() == 1

    file = tmp_path / "offer.txt"
    file.write_bytes(b"ten percent")
    page.goto(f"{at}/accounts/{acme.pk}/files")
    page.locator("input[type=file]").set_input_files(str(file))
    link = page.get_by_role("link", name="offer.txt").first
    with page.expect_download() as download:
        link.click()
    assert download.value.path().read_bytes() == b"ten percent"


def test_a_tag_in_use_is_suggested_while_one_types(page, acme):
    other = factories.account(acme.organization, "Beta", tags=["vip", "northwest"])
    page.goto(f"/crm/{acme.organization_id}/accounts/{other.pk}/edit")
    tags = page.get_by_role("combobox", name="Tags")
    tags.fill("vip, nor")
    suggested = page.locator("[data-tag-list] [role=option]")
    expect(suggested).to_have_text(["north", "northwest"])
    page.keyboard.press("ArrowDown")
    expect(suggested.first).to_have_attribute("aria-selected", "true")
    assert faults_of(page) == []
    page.keyboard.press("Enter")
    expect(tags).to_have_value("vip, north")
    expect(page.locator("[data-tag-list]")).to_be_hidden()
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/accounts/{other.pk}")
    other.refresh_from_db()
    assert other.tags == ["vip", "north"]
