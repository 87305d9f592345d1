import pytest
from django.utils import translation

from finance.choices import EmailKind
from finance.documents import mail
from finsuite.kernel.errors import Refused


def test_a_variable_gives_way_to_its_value() -> None:
    values = {"number": "INV-1", "total": "1\u202f234,50\u00a0€"}
    assert mail.filled("{{number}}: {{ total }}", values) == "INV-1: 1\u202f234,50\u00a0€"


def test_a_value_is_never_read_again() -> None:
    values = {"customer": "{{total}} $total ${total} %(total)s {% now %}", "total": "12"}
    assert mail.filled("{{customer}}", values) == values["customer"]


def test_a_variable_without_a_value_becomes_nothing() -> None:
    assert mail.filled("[{{reference}}]", {}) == "[]"


@pytest.mark.parametrize("text", ["$number", "{number}", "{ {number} }", "{% if number %}", "100 % $5", "a } b { c"])
def test_whatever_is_no_variable_stays_as_it_is(text: str) -> None:
    mail.check(text, EmailKind.INVOICE, field="body")
    assert mail.filled(text, {"number": "1"}) == text


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{{numer}}", "{{numer}}"),
        ("{{settings.SECRET_KEY}}", "{{settings.SECRET_KEY}}"),
        ("{{number|upper}}", "{{number|upper}}"),
        ("{{__class__}}", "{{__class__}}"),
        ("{{}}", "{{}}"),
        ("{{number", "{{"),
        ("{{days_overdue}}", "{{days_overdue}}"),
    ],
)
def test_an_unknown_variable_is_refused_with_those_that_there_are(text: str, named: str) -> None:
    with pytest.raises(Refused) as refusal:
        mail.check(f"Hello {text}", EmailKind.INVOICE, field="subject")
    (sentence,) = refusal.value.fields["subject"]
    assert sentence.startswith(f"{named} is no variable of these e-mails. They have: {{{{balance}}}}, {{{{contact}}}}")


def test_each_kind_has_variables_of_its_own() -> None:
    mail.check("{{days_overdue}} {{balance}}", EmailKind.REMINDER, field="body")
    assert "expiry_date" in mail.variables(EmailKind.ESTIMATE)
    assert "expiry_date" not in mail.variables(EmailKind.INVOICE)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("kind", EmailKind)
def test_finsuite_s_own_templates_use_variables_that_exist(kind: EmailKind, language: str) -> None:
    subject, body = mail.standard(kind, language)
    mail.check(subject, kind, field="subject")
    mail.check(body, kind, field="body")
    assert "{{organization}}" in subject + body
    assert "{{sender}}" in body


def test_a_standard_template_is_in_the_asked_language_whoever_reads() -> None:
    with translation.override("fr"):
        assert mail.standard(EmailKind.INVOICE, "en")[0] == "Invoice {{number}} from {{organization}}"


def test_the_html_has_the_words_and_no_more() -> None:
    drawn = mail.as_html("Hello <b>you</b>,\nsee https://example.com/?a=1&b=2\n\nBye", "fr")
    assert '<html lang="fr">' in drawn
    assert "<p>Hello &lt;b&gt;you&lt;/b&gt;,<br>" in drawn
    assert '<a href="https://example.com/?a=1&amp;b=2">' in drawn
    assert "<p>Bye</p>" in drawn


@pytest.mark.parametrize(
    "typed", ["<script>alert(1)</script>", '<img src=x onerror="alert(1)">', "javascript:alert(1)"]
)
def test_nothing_typed_becomes_code_in_the_html(typed: str) -> None:
    drawn = mail.as_html(typed, "en")
    assert "<script" not in drawn
    assert "<img" not in drawn
    assert "href" not in drawn
