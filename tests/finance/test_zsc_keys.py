import hashlib
from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Entry
from finance.choices import Role
from finance.models import ZscAttempts, ZscKey
from finance.services import zsc_keys as services
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotFound, NotPermitted, Refused
from tests import factories


@pytest.fixture
def seller(db):
    """An administrator of some CRM, who types the key in."""
    return Actor.person(factories.user("seller@example.com"))


@pytest.fixture
def made(organization, actor):
    return services.generate_key(actor=actor, organization=organization, app="books")


def refusal(**values):
    with pytest.raises(Refused) as caught:
        services.verify(**values)
    return caught.value.code, caught.value.message


def test_a_key_is_256_bits_and_only_its_digest_is_kept(made):
    assert made.secret.startswith("zsc_")
    assert len(made.secret) == 4 + 43
    key = ZscKey.objects.get()
    assert key.digest == hashlib.sha256(made.secret.encode()).hexdigest()
    assert key.last_four == made.secret[-4:]
    assert made.secret not in repr(made)


def test_a_right_pair_names_its_person_app_and_their_organizations(organization, boss, made, seller):
    second = factories.finance_organization(owner=boss, name="Second")
    factories.finance_organization(owner=boss, name="Only expenses", apps=["expense"])
    verified = services.verify(actor=seller, email=" BOSS@example.com", key=f" {made.secret} ")
    assert (verified.user, verified.app, verified.key) == (boss, "books", made.key)
    assert verified.organizations == [organization, second]
    assert ZscKey.objects.get().last_used_at is not None
    entry = Entry.objects.get(kind="finance.zsckey", verb="used")
    assert (entry.user_id, entry.tenant) == (seller.user_id, organization.tenant)


def test_wrong_e_mail_wrong_key_and_revoked_key_answer_alike(made, actor, seller, accountant):
    email = "boss@example.com"
    wrong_key = refusal(actor=seller, email=email, key="zsc_" + "x" * 43)
    unknown_email = refusal(actor=seller, email="nobody@example.com", key=made.secret)
    other_email = refusal(actor=seller, email=accountant.email, key=made.secret)
    services.revoke_key(actor=actor, key=made.key)
    revoked = refusal(actor=seller, email=email, key=made.secret)
    assert wrong_key == unknown_email == other_email == revoked
    assert wrong_key[0] == "zsc_refused"
    assert not Entry.objects.filter(verb="used").exists()


def test_regenerating_kills_the_old_key_at_once_and_keeps_the_row(made, actor, seller):
    new = services.regenerate_key(actor=actor, key=made.key)
    assert new.key.pk == made.key.pk
    assert refusal(actor=seller, email="boss@example.com", key=made.secret)[0] == "zsc_refused"
    assert services.verify(actor=seller, email="boss@example.com", key=new.secret).key.pk == made.key.pk


def test_a_person_has_one_key_for_each_app(organization, made, actor):
    with pytest.raises(Refused):
        services.generate_key(actor=actor, organization=organization, app="books")
    services.generate_key(actor=actor, organization=organization, app="invoice")
    services.revoke_key(actor=actor, key=made.key)
    services.generate_key(actor=actor, organization=organization, app="books")
    assert ZscKey.objects.filter(revoked_at=None).count() == 2


def test_a_revoked_key_can_not_be_used_or_revoked_again(made, actor):
    services.revoke_key(actor=actor, key=made.key)
    for verb in (services.revoke_key, services.regenerate_key):
        with pytest.raises(NotFound):
            verb(actor=actor, key=made.key)
    assert Entry.objects.filter(kind="finance.zsckey", verb="revoked").count() == 1


def test_a_colleague_may_revoke_a_key_but_not_regenerate_it(organization, made):
    second = Actor.person(factories.finance_member(organization, role=Role.ADMIN, email="second@example.com"))
    with pytest.raises(NotPermitted):
        services.regenerate_key(actor=second, key=made.key)
    services.revoke_key(actor=second, key=made.key)
    assert ZscKey.objects.get().revoked_at is not None


def test_only_administrators_have_keys(organization, accountant):
    with pytest.raises(NotPermitted):
        services.generate_key(actor=Actor.person(accountant), organization=organization, app="books")
    assert not ZscKey.objects.exists()


def test_a_person_who_is_no_longer_active_links_nothing(made, boss, seller):
    boss.is_active = False
    boss.save()
    assert refusal(actor=seller, email="boss@example.com", key=made.secret)[0] == "zsc_refused"


def test_five_wrong_tries_lock_the_address_for_fifteen_minutes_even_for_the_right_key(made, seller, monkeypatch):
    for _ in range(5):
        assert refusal(actor=seller, email="boss@example.com", key="wrong")[0] == "zsc_refused"
    code, message = refusal(actor=seller, email="Boss@example.com", key=made.secret)
    assert code == "zsc_locked"
    assert "15 minutes" in message
    later = timezone.now() + timedelta(minutes=15, seconds=1)
    monkeypatch.setattr(services.timezone, "now", lambda: later)
    assert services.verify(actor=seller, email="boss@example.com", key=made.secret).key == made.key


def test_tries_older_than_fifteen_minutes_do_not_count(made, seller, monkeypatch):
    for _ in range(4):
        refusal(actor=seller, email="boss@example.com", key="wrong")
    later = timezone.now() + timedelta(minutes=15, seconds=1)
    monkeypatch.setattr(services.timezone, "now", lambda: later)
    refusal(actor=seller, email="boss@example.com", key="wrong")
    assert services.verify(actor=seller, email="boss@example.com", key=made.secret).key == made.key


def test_an_unknown_address_is_locked_like_a_known_one(seller, db):
    for _ in range(5):
        assert refusal(actor=seller, email="nobody@example.com", key="wrong")[0] == "zsc_refused"
    assert refusal(actor=seller, email="nobody@example.com", key="wrong")[0] == "zsc_locked"


def test_a_wrong_try_is_in_the_history_without_the_key(made, seller):
    refusal(actor=seller, email="boss@example.com", key="zsc_a_wrong_key")
    entry = Entry.objects.get(verb="refused")
    assert (entry.user_id, entry.after) == (seller.user_id, {"email": "boss@example.com"})


def test_old_tries_are_forgotten(seller, db):
    refusal(actor=seller, email="nobody@example.com", key="wrong")
    assert services.forget_old_attempts(before=timezone.now() - timedelta(days=1)) == 0
    assert services.forget_old_attempts(before=timezone.now()) == 1
    assert not ZscAttempts.objects.exists()
