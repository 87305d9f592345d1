"""Who gets which answer about reports: those who see all of an organization's books; for staff there are none."""

from __future__ import annotations

from finance.selectors.reports.catalogue import REPORTS
from tests.api.permissions import page, read

API = "/api/v1/finance/{finance}/reports"
PAGES = "/finance/{finance}/reports/"

ROWS = [
    page(PAGES, edit=403),
    read(API, edit=403),
    *(page(f"{PAGES}{name}/", edit=403) for name in REPORTS),
    *(page(f"{PAGES}{name}/export/?format=csv", edit=403) for name in REPORTS),
    *(read(f"{API}/{name}", edit=403) for name in REPORTS),
]
