"""The form of a note, call, task or meeting. It reads what was typed; what is right or wrong, the services say."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm.access import Access
from crm.choices import ActivityKind, CallDirection, CallOutcome, Level, Module, Priority
from crm.models import Activity
from crm.selectors.participants import contacts_near
from crm.selectors.records import find_records, named
from crm.ui.addresses import address
from crm.ui.people import SUGGESTIONS, ManyField, People
from finsuite.kernel.versions import version_of

_MOMENT = "%Y-%m-%dT%H:%M"


class MomentField(forms.DateTimeField):
    """A day and a time of day, in the reader's time zone."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(format=_MOMENT, attrs={"type": "datetime-local"})
        super().__init__(widget=widget, input_formats=[_MOMENT, "%Y-%m-%dT%H:%M:%S"], required=False, **kwargs)


class FilesInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Any]:
        return list(files.getlist(name))


class FilesField(forms.FileField):
    """Any number of files; what is right or wrong with one, the services say."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=FilesInput(attrs={"multiple": True}), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return list(data or ())


class ActivityForm(forms.Form):
    """The fields that a kind of activity has; those of people only where there are some to choose from."""

    marks_optional = False

    def __init__(
        self,
        access: Access,
        kind: ActivityKind,
        *,
        activity: Activity | None = None,
        about: tuple[str, int | None] = ("", None),
        data: Any = None,
        files: Any = None,
    ) -> None:
        super().__init__(data, files, initial=_initial(activity) if activity else {"priority": Priority.NORMAL})
        self.kind = kind
        self.activity = activity
        self.people = People(access.organization)
        self._add_words(kind)
        if kind == ActivityKind.TASK:
            self._add_due()
        if kind in (ActivityKind.CALL, ActivityKind.MEETING):
            self._add_meeting(kind, activity)
        if kind != ActivityKind.NOTE:
            self._add_plan(access)
        if kind in (ActivityKind.CALL, ActivityKind.MEETING) and (self.people.few is None or len(self.people.few) > 1):
            self.fields["members"] = self.people.several(label=_("Colleagues who take part"))
        if kind in (ActivityKind.CALL, ActivityKind.MEETING) and access.may(Module.CONTACTS, Level.VIEW):
            near = (activity.module, activity.record_id) if activity else about
            self.fields["contacts"] = _contacts(access, *near)
        self.fields["file"] = FilesField(label=_("Files"), required=False)
        if activity is None:
            if kind == ActivityKind.CALL:
                self.fields["is_done"] = forms.BooleanField(label=_("The call has taken place"), required=False)
        else:
            self.fields["version"] = forms.CharField(
                widget=forms.HiddenInput, required=False, initial=version_of(activity)
            )

    def values(self) -> dict[str, Any]:
        """What is to be saved, by the names under which services take it."""
        given = dict(self.cleaned_data)
        for name in ("version", "file"):
            given.pop(name, None)
        if given.pop("is_done", False):
            given["status"] = "done"
        clock = given.pop("due_time", None)
        if isinstance(clock, time) and given.get("due_on"):
            given["due_at"] = timezone.make_aware(datetime.combine(given["due_on"], clock))
            given["due_on"] = None
        elif self.kind == ActivityKind.TASK:
            given["due_at"] = None
        return given

    def _add_words(self, kind: ActivityKind) -> None:
        if kind == ActivityKind.NOTE:
            area = forms.Textarea(attrs={"rows": 3})
            self.fields["body"] = forms.CharField(label=pgettext("activity", "Note"), widget=area, required=False)
            self.fields["is_pinned"] = forms.BooleanField(label=_("Pin it to the top"), required=False)
            return
        line = forms.TextInput(attrs={"autocomplete": "off"})
        self.fields["subject"] = forms.CharField(label=_("Subject"), widget=line, required=False)
        area = forms.Textarea(attrs={"rows": 2})
        self.fields["body"] = forms.CharField(label=_("Details"), widget=area, required=False)

    def _add_due(self) -> None:
        day = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        clock = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
        self.fields["due_on"] = forms.DateField(label=_("Due on"), widget=day, required=False)
        self.fields["due_time"] = forms.TimeField(label=_("at"), widget=clock, required=False)

    def _add_meeting(self, kind: ActivityKind, activity: Activity | None) -> None:
        self.fields["starts_at"] = MomentField(label=_("Starts"))
        self.fields["minutes"] = forms.IntegerField(
            label=_("Minutes"), required=False, widget=forms.NumberInput(attrs={"min": 1, "inputmode": "numeric"})
        )
        if kind == ActivityKind.MEETING:
            line = forms.TextInput(attrs={"autocomplete": "off"})
            self.fields["location"] = forms.CharField(label=_("Location"), widget=line, required=False)
            return
        self.fields["call_direction"] = forms.ChoiceField(
            label=_("Direction"), choices=[("", "–"), *CallDirection.choices], required=False
        )
        self.fields["call_outcome"] = forms.ChoiceField(
            label=_("Outcome"), choices=[("", "–"), *CallOutcome.choices], required=False
        )

    def _add_plan(self, access: Access) -> None:
        owner = self.activity.owner if self.activity else None
        held = (owner.pk, str(owner)) if owner else None
        self.fields["owner_id"] = self.people.one(held=held, label=_("Owner"), required=False, initial=access.user_id)
        self.fields["priority"] = forms.ChoiceField(label=_("Priority"), choices=Priority.choices)
        self.fields["reminder_at"] = MomentField(label=_("Remind the owner"))


def _contacts(access: Access, module: str, record_id: int | None) -> ManyField:
    """Those who are likely to take part, to be ticked, and all others, to be found."""

    def find(text: str) -> list[tuple[int, str]]:
        found = find_records(access, Module.CONTACTS, text)[:SUGGESTIONS]
        return [(contact.pk, contact.label) for contact in found]

    return ManyField(
        label=_("Contacts who take part"),
        url=address(Module.CONTACTS, "lookup", access.organization.pk),
        near=contacts_near(access, module, record_id),
        find=find,
        names=lambda ids: named(access, Module.CONTACTS, set(ids)),
    )


def _initial(activity: Activity) -> dict[str, Any]:
    due = timezone.localtime(activity.due_at) if activity.due_at else None
    known = {
        name: getattr(activity, name)
        for name in (
            *("subject", "body", "owner_id", "priority", "starts_at", "minutes", "location", "call_direction"),
            *("call_outcome", "is_pinned", "reminder_at"),
        )
    }
    taking_part = list(activity.participants.all())
    return {
        **known,
        "due_on": due.date() if due else activity.due_on,
        "due_time": due.time() if due else None,
        "members": [row.user_id for row in taking_part if row.user_id],
        "contacts": [row.contact_id for row in taking_part if row.contact_id],
    }
