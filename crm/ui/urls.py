"""The addresses of the CRM's pages, below /crm/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from crm.ui import (
    activities,
    attachments,
    bulk_urls,
    custom_field_setup,
    duplicates,
    export_urls,
    import_urls,
    list_views,
    people,
    pipeline_urls,
    search,
    setup,
    sharing,
    tags,
)
from crm.ui.modules import module_urls

app_name = "crm"

setup_pages: list[URLPattern | URLResolver] = [
    path("custom-fields/", include(custom_field_setup)),
    path("", setup.setup, name="setup"),
    path("company", setup.company, name="setup_company"),
    path("members", setup.member_list, name="member_list"),
    path("members/add", setup.member_add, name="member_add"),
    path("members/<int:membership_id>/profile", setup.member_profile, name="member_profile"),
    path("members/<int:membership_id>/remove", setup.member_remove, name="member_remove"),
    path("members/<int:membership_id>/manager", sharing.member_manager, name="member_manager"),
    path("sharing", sharing.sharing, name="setup_sharing"),
    path("teams", sharing.team_list, name="team_list"),
    path("teams/new", sharing.team_create, name="team_create"),
    path("teams/<int:team_id>", sharing.team_edit, name="team_edit"),
    path("teams/<int:team_id>/delete", sharing.team_delete, name="team_delete"),
    path("profiles", setup.profile_list, name="profile_list"),
    path("profiles/new", setup.profile_create, name="profile_create"),
    path("profiles/<int:profile_id>", setup.profile_edit, name="profile_edit"),
    path("profiles/<int:profile_id>/delete", setup.profile_delete, name="profile_delete"),
    path("pipelines/", include(pipeline_urls)),
    path("tags", tags.tag_list, name="tag_list"),
    path("tags/rename", tags.tag_rename, name="tag_rename"),
    path("tags/delete", tags.tag_delete, name="tag_delete"),
    path("currencies", setup.currency_list, name="currency_list"),
    path("currencies/add", setup.currency_add, name="currency_add"),
    path("currencies/<int:currency_id>", setup.currency_update, name="currency_update"),
    path("currencies/<int:currency_id>/rates", setup.currency_rates, name="currency_rates"),
    path("currencies/<int:currency_id>/rates/set", setup.currency_rate_set, name="currency_rate_set"),
    path("currencies/rates/<int:rate_id>/delete", setup.currency_rate_delete, name="currency_rate_delete"),
]

pages: list[URLPattern | URLResolver] = [
    *module_urls(),
    path("work", activities.work, name="work"),
    path("activities/new", activities.add, name="activity_add"),
    path("activities/composer", activities.composer, name="composer"),
    path("activities/<int:activity_id>", activities.activity, name="activity"),
    path("activities/<int:activity_id>/edit", activities.edit, name="activity_edit"),
    path("activities/<int:activity_id>/move", activities.move, name="activity_move"),
    path("activities/<int:activity_id>/delete", activities.delete, name="activity_delete"),
    path("activities/<int:activity_id>/restore", activities.restore, name="activity_restore"),
    path("files/upload", attachments.upload, name="file_upload"),
    path("files/<int:attachment_id>", attachments.content, name="file"),
    path("files/<int:attachment_id>/preview", attachments.shown, name="file_preview"),
    path("files/<int:attachment_id>/delete", attachments.delete, name="file_delete"),
    path("files/<int:attachment_id>/restore", attachments.restore, name="file_restore"),
    path("tags/suggest", tags.tag_suggest, name="tag_suggest"),
    path("people/lookup", people.member_lookup, name="member_lookup"),
    path("search", search.search, name="search"),
    path("views/<int:list_view_id>", list_views.list_view_edit, name="list_view_edit"),
    path("views/<int:list_view_id>/delete", list_views.list_view_delete, name="list_view_delete"),
    path("views/<int:list_view_id>/save", list_views.list_view_save, name="list_view_save"),
    path("views/<int:list_view_id>/act", list_views.list_view_act, name="list_view_act"),
    path("views/<slug:module>/sharing", list_views.list_view_sharing, name="list_view_sharing"),
    path("views/<slug:module>/new", list_views.list_view_create, name="list_view_create"),
    path("views/<slug:module>/line", list_views.list_view_line, name="list_view_line"),
    path("duplicates/<slug:module>", duplicates.duplicate_list, name="duplicate_list"),
    path("duplicates/<slug:module>/search", duplicates.duplicate_search, name="duplicate_search"),
    path("duplicates/<slug:module>/dismiss", duplicates.duplicate_dismiss, name="duplicate_dismiss"),
    path("duplicates/<slug:module>/recall", duplicates.duplicate_recall, name="duplicate_recall"),
    path("duplicates/<slug:module>/<int:record_id>", duplicates.record_duplicates, name="record_duplicates"),
    path("merge/<slug:module>", duplicates.merge_page, name="merge"),
    path("merges/<int:merge_id>/undo", duplicates.merge_undo, name="merge_undo"),
    path("", include(bulk_urls)),
    path("imports/", include(import_urls)),
    path("exports/", include(export_urls)),
    path("setup/", include(setup_pages)),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("new", setup.organization_create, name="organization_create"),
    path("<int:organization>/", include(pages)),
]
