"""The forms of Setup › Pipelines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.choices import StageCategory
from crm.models import Stage
from crm.ui.forms import NumberField


class PipelineForm(forms.Form):
    version = forms.CharField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Name"), max_length=100)
    is_default = forms.BooleanField(label=_("New deals begin here, unless told otherwise"), required=False)
    is_active = forms.BooleanField(label=_("In use for new deals"), required=False, initial=True)


class StageForm(forms.Form):
    version = forms.CharField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Name"), max_length=100)
    category = forms.ChoiceField(
        label=_("Forecast category"),
        choices=StageCategory.choices,
        initial=StageCategory.OPEN,
        help_text=_("A won stage always counts 100 percent, a lost one 0."),
    )
    probability = NumberField(
        label=_("Probability"),
        required=False,
        initial="50",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("For deals that come to this stage. Those already in it keep theirs."),
    )

    def values(self) -> dict[str, Any]:
        """What is to be saved."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class LostReasonForm(forms.Form):
    version = forms.CharField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Reason"), max_length=100)
    is_active = forms.BooleanField(label=_("Offered when a deal is lost"), required=False, initial=True)


class StageDeleteForm(forms.Form):
    """Where the deals of a stage go that is to be deleted."""

    version = forms.CharField(widget=forms.HiddenInput, required=False)
    move_to_id = forms.TypedChoiceField(label=_("Move the deals to"), coerce=int, empty_value=None, required=False)

    def __init__(self, heirs: Sequence[Stage], data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        field: Any = self.fields["move_to_id"]
        field.choices = [("", _("Choose a stage")), *((stage.pk, stage.name) for stage in heirs)]
