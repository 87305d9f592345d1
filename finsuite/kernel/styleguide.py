"""/styleguide/: every component with its states, for those who build pages. Absent in production."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from finsuite.kernel import formats
from finsuite.kernel.charts import Bars, Chart, Series


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label=gettext_lazy("Account name"), max_length=200)
    website = forms.URLField(label=gettext_lazy("Website"), required=False, assume_scheme="https")
    due = forms.DateField(label=gettext_lazy("Due date"), required=False)
    limit = forms.CharField(label=gettext_lazy("Credit limit"), required=False)
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=[("EUR", "EUR"), ("USD", "USD")])
    description = forms.CharField(label=gettext_lazy("Description"), required=False, widget=forms.Textarea)
    active = forms.BooleanField(
        label=gettext_lazy("Active"), required=False, help_text=gettext_lazy("Inactive ones can't be invoiced.")
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Type"),
        choices=[("business", gettext_lazy("Business")), ("individual", gettext_lazy("Individual"))],
        widget=forms.RadioSelect,
        initial="business",
    )
    direction = forms.ChoiceField(
        label=gettext_lazy("Direction"),
        choices=[
            ("both", gettext_lazy("Both ways")),
            ("crm", gettext_lazy("To finance")),
            ("finance", gettext_lazy("To the CRM")),
        ],
        widget=forms.RadioSelect,
        initial="both",
    )
    policy = forms.ChoiceField(
        label=gettext_lazy("When both sides changed"),
        choices=[
            ("skip", gettext_lazy("Skip")),
            ("overwrite", gettext_lazy("Overwrite")),
            ("clone", gettext_lazy("Clone")),
        ],
        widget=forms.RadioSelect,
        initial="skip",
    )
    file = forms.FileField(label=gettext_lazy("File"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["policy"].option_help = {  # type: ignore[attr-defined]
            "skip": _("Neither side is written; both values wait until a person decides."),
            "overwrite": _("The CRM's values replace finance's. The replaced ones stay in the history."),
            "clone": _("Finance's record is left alone, and a new one is made."),
        }


def styleguide(request: HttpRequest) -> HttpResponse:
    if not settings.STYLEGUIDE:
        raise Http404
    if tone := request.GET.get("toast"):
        messages.add_message(
            request, {"danger": messages.ERROR}.get(tone, messages.SUCCESS), _("The account is saved.")
        )
        return HttpResponse(status=204)
    wrong = SampleForm({"name": "", "website": "not an address", "currency": "EUR", "kind": "", "direction": "both"})
    context = {
        "form": SampleForm(prefix="good"),
        "wrong": wrong,
        "wrong_is_bad": not wrong.is_valid(),
        "rows": _rows(),
        "page": Paginator(range(143), 20).page(2),
        "chart_bar": _chart("bar"),
        "chart_line": _chart("line"),
        "chart_across": Bars(
            _("The largest customers, EUR"),
            [row["name"] for row in _rows()],
            [12480.5, 3260, 845.2, -1200, 240],
            write=formats.number,
        ),
        "steps": [{"label": _("Connect"), "url": "#stepper"}, _("Checks"), _("Mapping"), _("Review and start")],
        "now": timezone.now(),
        "earlier": timezone.now() - dt.timedelta(hours=3),
    }
    return render(request, "styleguide.html", context)


def _rows() -> list[dict[str, Any]]:
    today = timezone.localdate()
    return [
        {
            "name": name,
            "owner": owner,
            "tone": tone,
            "state": state,
            "amount": Decimal(amount),
            "currency": currency,
            "due": today + dt.timedelta(days=days),
        }
        for name, owner, tone, state, amount, currency, days in [
            ("Société Générale de Câblage", "Élodie Marchand", "success", _("Paid"), "12480.50", "EUR", -12),
            ("Northwind Traders Ltd", "James O’Connor", "danger", _("Overdue"), "3260.00", "GBP", -4),
            ("Müller & Söhne GmbH", "Sofia Lindqvist", "info", _("Sent"), "845.20", "EUR", 9),
            ("Atelier du Bois SARL", "Élodie Marchand", "neutral", _("Draft"), "1200.00", "EUR", 30),
            ("Kyoto Precision 株式会社", "Kenji Watanabe", "warning", _("Partly paid"), "1540000", "JPY", 2),
        ]
    ]


def _chart(kind: str) -> Chart:
    def write(value: float) -> str:
        return formats.number(value)

    months = [dt.date(2026, month, 1).strftime("%m/%y") for month in range(1, 11)]
    invoiced = Series(_("Invoiced"), [18200, 21400, 19800, 26100, 24700, 30200, 22800, 15400, 31800, 34500])
    paid = Series(_("Paid"), [15100, 19900, 20400, 22300, 25200, 26800, 24100, 16200, 25700, 29900])
    return Chart(_("Invoiced and paid by month, EUR"), months, [invoiced, paid], kind=kind, write=write)
