"""A document as PDF: `GET invoices/7/pdf`."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from finance import access
from finance.documents import pdf
from finance.documents.building import sheet_of
from finance.selectors.document_papers import lines_of
from finsuite.kernel.api.resource_views import ResourceView
from finsuite.kernel.api.resources import Need
from finsuite.kernel.api.schema import Operation


class PdfView(ResourceView):
    """The document as it is now, in its own language."""

    @classmethod
    def describe(cls, resource: Any) -> dict[str, Operation]:
        return {
            "get": Operation(
                id=f"{resource.component}_pdf",
                summary=f"One of the {resource.name} as PDF/A-3, in its own language",
                tag=resource.tag,
                answer={"type": "string", "format": "binary"},
                answer_type="application/pdf",
            )
        }

    def get(self, request: Request, **kwargs: Any) -> HttpResponse:
        self.enter(Need.VIEW)
        resource: Any = self.resource
        document = access.document(resource.organization, resource.spec.model, self.kwargs["record"])
        sheet = sheet_of(document, lines_of(document))
        made = pdf.pdf([sheet], made_at=timezone.now())
        named = f"inline; filename*=UTF-8''{quote(pdf.file_name(sheet))}"
        return HttpResponse(made, content_type="application/pdf", headers={"Content-Disposition": named})
