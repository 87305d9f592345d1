"""A POST that is sent again has its effect once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from finance.models import Customer, Organization
from finsuite.kernel.errors import Retryable
from tests.api.conftest import Program
from users.models import KeptAnswer, User


@pytest.fixture
def create(call: Program, sample: str, organization: Organization) -> Callable[..., Any]:
    """POST a customer with this key, where nothing but the key stands in the way of a second one."""
    Organization.objects.filter(pk=organization.pk).update(allows_duplicate_names=True)

    def post(key: str = "k1", name: str = "Acme", query: str = "") -> Any:
        return call("POST", f"{sample}/customers{query}", {"display_name": name}, idempotency_key=key)

    return post


@pytest.mark.django_db
def test_a_repetition_gets_the_same_answer_and_has_no_effect(create: Callable[..., Any]) -> None:
    first, again = create(), create()
    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.content, again.headers["ETag"], again.headers["Location"]) == (
        first.content,
        first.headers["ETag"],
        first.headers["Location"],
    )
    assert ("Idempotency-Replayed" in first.headers, again.headers["Idempotency-Replayed"]) == (False, "true")
    assert Customer.objects.count() == 1


@pytest.mark.django_db
def test_another_body_under_the_same_key_is_refused(create: Callable[..., Any]) -> None:
    create()
    answer = create(name="Other")
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:finsuite:problem:key_reused")
    assert Customer.objects.count() == 1


@pytest.mark.django_db
def test_a_key_belongs_to_one_path_one_person_and_one_token(
    create: Callable[..., Any], program: Any, owner: User, sample: str
) -> None:
    create()
    assert create(query="?dry_run=false").status_code == 201
    other = program(owner)("POST", f"{sample}/customers", {"display_name": "Acme"}, idempotency_key="k1")
    assert other.status_code == 201
    assert Customer.objects.count() == 3


@pytest.mark.django_db
def test_a_refusal_is_kept_too_but_not_one_that_passes(
    create: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert create(name="").status_code == 400
    assert create(name="").headers["Idempotency-Replayed"] == "true"

    def busy(**_values: Any) -> None:
        raise Retryable("Busy.")

    with monkeypatch.context() as patch:
        patch.setattr("finance.services.customers.create_customer", busy)
        answer = create(key="k2")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert create(key="k2").status_code == 201
    assert Customer.objects.count() == 1


@pytest.mark.django_db
def test_an_answer_is_kept_for_a_day(create: Callable[..., Any]) -> None:
    create()
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=23, minutes=59))
    assert create().headers["Idempotency-Replayed"] == "true"
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=24, minutes=1))
    assert "Idempotency-Replayed" not in create().headers
    assert (Customer.objects.count(), KeptAnswer.objects.count()) == (2, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x" * 256, "é"])
def test_a_key_that_is_none_is_refused(create: Callable[..., Any], key: str) -> None:
    assert create(key=key).status_code == 400
    assert Customer.objects.count() == 0


@pytest.mark.django_db
def test_a_defect_leaves_neither_effect_nor_answer(create: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("finsuite.kernel.api.resource_views.etag", broken)  # after the service has written
        with pytest.raises(RuntimeError):
            create()
    assert (Customer.objects.count(), KeptAnswer.objects.count()) == (0, 0)
    assert create().status_code == 201


@pytest.mark.django_db(transaction=True)
def test_a_repetition_while_the_first_is_at_work_is_told_to_wait(
    create: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.api import sample as module

    original = module.services.create_customer
    seen: list[Any] = []

    def slow(**values: Any) -> Any:
        if not seen:
            seen.append(None)
            with ThreadPoolExecutor(1) as pool:
                seen[0] = pool.submit(_apart, create).result()
        return original(**values)

    monkeypatch.setattr(module.services, "create_customer", slow)
    assert create().status_code == 201
    assert (seen[0].status_code, seen[0].headers["Retry-After"]) == (409, "1")
    assert Customer.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_hundred_repetitions_at_once_have_one_effect(create: Callable[..., Any], organization: Organization) -> None:
    with ThreadPoolExecutor(4) as pool:
        statuses = [answer.status_code for answer in pool.map(lambda _n: _apart(create), range(100))]
    assert set(statuses) <= {201, 409}
    assert Customer.objects.count() == 1
    assert connection.is_usable()


def _apart(act: Callable[[], Any]) -> Any:
    """Do it on a connection of its own."""
    try:
        return act()
    finally:
        connections.close_all()
