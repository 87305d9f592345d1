"""What the template tags draw, and that nothing a person typed becomes markup."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory

NASTY = """<script>alert(1)</script>" onclick="alert(1)' x='"""


def draw(template: str, **context: Any) -> str:
    return Template(template).render(Context({"request": RequestFactory().get("/list/?q=a&page=3"), **context}))


class Form(forms.Form):
    name = forms.CharField(label="Name", help_text="As on the letterhead.")
    due = forms.DateField(required=False)
    size = forms.ChoiceField(choices=[("s", "Small"), ("l", "Large")], widget=forms.RadioSelect)
    active = forms.BooleanField(required=False)


@pytest.mark.parametrize(
    "template",
    [
        "{% button x %}",
        "{% button 'a' href=x %}",
        "{% button 'a' data_x=x %}",
        "{% icon_button 'plus' x %}",
        "{% status x %}",
        "{% badge x %}",
        "{% avatar x %}",
        "{% person x x %}",
        "{% tabs label=x %}{% tab x x %}{% end_tabs %}",
        "{% menu id='m' label=x %}{% menu_item x key=x %}{% end_menu %}",
        "{% dialog id='d' title=x %}{{ x }}{% end_dialog %}",
        "{% card title=x %}{{ x }}{% end_card %}",
        "{% section title=x %}{{ x }}{% end_section %}",
        "{% facts %}{% fact label=x %}{{ x }}{% end_fact %}{% end_facts %}",
        "{% callout title=x %}{{ x }}{% end_callout %}",
        "{% empty icon='inbox' title=x %}{{ x }}{% end_empty %}",
        "{% stat x x delta=x note=x %}",
        "{% progress x words=x %}",
        "{% secret x x %}",
        "{% sort_header x x %}",
        "{{ x|or_dash }}",
        "{% include 'components/diff_row.html' with field=x crm=x finance=x name=x %}",
        "{% include 'components/pill.html' with label=x url=x %}",
        "{% include 'components/toast.html' with message=x tone=x %}",
    ],
)
def test_no_component_lets_markup_through(template: str) -> None:
    drawn = draw(template, x=NASTY)
    assert "<script" not in drawn
    assert not re.search(r"<[^>]* onclick=", re.sub(r'"[^"]*"', '""', drawn))


def test_a_field_ties_label_help_and_error_to_its_control() -> None:
    drawn = draw("{% field form.name %}", form=Form({"name": ""}))
    assert '<label class="field__label" for="id_name">Name</label>' in drawn
    assert re.search(r'<input[^>]* aria-describedby="id_name_help id_name_error"', drawn)
    assert re.search(r'<input[^>]* aria-invalid="true"', drawn)
    assert re.search(r'<p class="field__error" id="id_name_error">.*This field is required\.', drawn, re.DOTALL)


def test_a_date_is_the_browsers_own_field_and_in_iso() -> None:
    drawn = draw("{% field form.due %}", form=Form(initial={"due": "2026-11-21"}))
    assert re.findall(r'type="(\w+)"', drawn) == ["date"]
    assert 'value="2026-11-21"' in drawn


@pytest.mark.parametrize("kind", ["", "segmented", "options"])
def test_a_choice_is_a_group_with_a_legend(kind: str) -> None:
    drawn = draw("{% field form.size kind=kind %}", form=Form({"name": "a"}), kind=kind)
    assert drawn.count('type="radio"') == 2
    assert "<legend>Size" in drawn
    assert 'aria-describedby="id_size_error"' in drawn


def test_the_error_summary_links_to_every_field_at_fault() -> None:
    form = Form({"due": "never", "active": "on"})
    form.add_error(None, "Altogether wrong.")
    drawn = draw("{% error_summary form %}", form=form)
    assert re.findall(r'href="(#[\w-]+)"', drawn) == ["#id_name", "#id_due", "#id_size"]
    assert "4 things need your attention" in drawn
    assert draw("{% error_summary form %}", form=Form()).strip() == ""


def test_a_sorted_column_says_so_and_turns_round() -> None:
    request = RequestFactory().get("/list/?q=a&sort=name&page=3")
    drawn = draw("{% sort_header 'name' 'Name' %}{% sort_header 'due' 'Due' %}", request=request)
    assert re.findall(r'aria-sort="(\w+)"', drawn) == ["ascending", "none"]
    assert re.findall(r'href="([^"]+)"', drawn) == ["?q=a&amp;sort=-name", "?q=a&amp;sort=due"]


def test_a_query_is_changed_and_the_rest_of_it_kept() -> None:
    assert draw("{% with_query page=4 %}") == "?q=a&amp;page=4"
    assert draw("{% with_query page=None q=None %}") == "?"


def test_initials_are_those_of_the_first_and_last_word() -> None:
    assert ">ÉM<" in draw("{% avatar 'Élodie de la Marchand' %}")
    assert ">S<" in draw("{% avatar 'sofia' %}")
    assert ">?<" in draw("{% avatar '' %}")


def test_an_empty_value_is_a_dash_that_is_not_read_aloud() -> None:
    dash = '<span class="faint" aria-hidden="true">–</span>'
    assert draw("{{ x|or_dash }}", x="") == dash
    assert draw("{% money x 'EUR' %}{% day x %}{% when x %}{% number x %}", x=None) == dash * 4
    assert draw("{{ x|or_dash }}", x=0) == "0"


def test_attributes_that_are_false_are_left_out() -> None:
    drawn = draw("{% button 'Go' disabled=off hx_get='/x' autofocus=on %}", off=False, on=True)
    assert drawn == '<button class="button" type="button" hx-get="/x" autofocus>Go</button>'
