"""Every organization gets a pipeline with stages, and reasons why deals are lost; deals know whether they have lines."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

STAGES = (
    ("Qualification", 10, "open"),
    ("Needs analysis", 20, "open"),
    ("Value proposition", 40, "open"),
    ("Identify decision makers", 60, "open"),
    ("Proposal/price quote", 75, "open"),
    ("Negotiation/review", 90, "open"),
    ("Closed won", 100, "won"),
    ("Closed lost", 0, "lost"),
)
REASONS = ("Price", "Timing", "Competitor", "No decision", "No need")


def add_pipelines(apps: Any, schema_editor: Any) -> None:
    """To every organization that has none."""
    organization, pipeline, stage, reason = (
        apps.get_model("crm", name) for name in ("Organization", "Pipeline", "Stage", "LostReason")
    )
    for each in organization.objects.filter(pipelines=None).order_by("pk").iterator():
        made = pipeline.objects.create(organization=each, name="Standard", is_default=True)
        stage.objects.bulk_create(
            stage(
                organization=each, pipeline=made, name=name, probability=probability, category=category, position=place
            )
            for place, (name, probability, category) in enumerate(STAGES)
        )
        reason.objects.bulk_create(
            [reason(organization=each, name=name, position=place) for place, name in enumerate(REASONS)],
            ignore_conflicts=True,
        )


class Migration(migrations.Migration):
    dependencies = [("crm", "0012_folded_text")]

    operations = [
        migrations.AddField(
            model_name="deal", name="has_lines", field=models.BooleanField(default=False, editable=False)
        ),
        migrations.RunPython(add_pipelines, migrations.RunPython.noop),
    ]
