import struct
import zlib

import pytest
from django.core.files.base import ContentFile

from finance.logos import JPEG, MOST_BYTES, PNG, SVG, Unfit, judge
from finance.models import Organization
from finance.services.logos import remove_logo, set_logo
from finsuite.kernel.actors import Actor
from finsuite.kernel.errors import NotPermitted, Refused


def png(width=2, height=2):
    """A picture of that many black pixels."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = zlib.compress(b"".join(b"\0" + b"\0" * width for _row in range(height)))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def svg(inside="", attributes=""):
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" {attributes}>{inside}</svg>'.encode()


JPEG_PICTURE = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08\x00\x10\x00\x20\x01\x01\x11\x00\xff\xd9"


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (png(), PNG),
        (JPEG_PICTURE, JPEG),
        (svg('<path d="M0 0h9v9z" fill="url(#a)"/>'), SVG),
        (b'<?xml version="1.0"?><!-- drawn -->' + svg('<g transform="scale(2)"><use href="#a"/></g>'), SVG),
    ],
)
def test_a_picture_is_told_by_its_content(content, media_type):
    assert judge(content) == media_type


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "unknown"),
        (b"GIF89a" + b"\0" * 40, "unknown"),
        (b"<html><script>1</script></html>", "unknown"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * MOST_BYTES, "too_big"),
        (png()[:30], "broken"),
        (png(4001, 1), "too_wide"),
        (b"\xff\xd8\xff\xe0\x00\x01", "broken"),
        (svg("<path"), "broken"),
        (svg("<script>alert(1)</script>"), "unsafe"),
        (svg('<path onload="alert(1)" d=""/>'), "unsafe"),
        (svg("<foreignObject/>"), "unsafe"),
        (svg("<style>*{}</style>"), "unsafe"),
        (svg('<image href="https://example.com/a.png"/>'), "unsafe"),
        (svg('<use href="https://example.com/a.svg#b"/>'), "unsafe"),
        (svg('<use xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="javascript:alert(1)"/>'), "unsafe"),
        (svg('<path d="" fill="url( https://example.com/a )"/>'), "unsafe"),
        (svg('<a href="#b"/>'), "unsafe"),
        (svg('<h:script xmlns:h="http://www.w3.org/1999/xhtml"/>'), "unsafe"),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + svg("&a;"), "unsafe"),
        (b'<?xml-stylesheet href="https://example.com/a.css"?>' + svg(), "unsafe"),
        (svg("<g/>" * 6000), "unsafe"),
    ],
)
def test_what_is_no_harmless_picture_is_refused(content, code):
    with pytest.raises(Unfit) as unfit:
        judge(content)
    assert unfit.value.code == code


@pytest.fixture
def storage(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


def _files(place):
    return [path for path in place.rglob("*") if path.is_file()]


def test_a_logo_replaces_the_one_before(organization, actor, storage, django_capture_on_commit_callbacks):
    for content in (png(), svg()):
        with django_capture_on_commit_callbacks(execute=True):
            saved = set_logo(actor=actor, organization=organization, file=ContentFile(content, name="../../x.png"))
    assert (saved.logo_type, saved.logo.read()) == (SVG, svg())
    assert len(_files(storage)) == 1
    assert "x.png" not in saved.logo.name
    with django_capture_on_commit_callbacks(execute=True):
        remove_logo(actor=actor, organization=organization)
    assert not Organization.objects.get(pk=organization.pk).logo
    assert _files(storage) == []


def test_a_refused_logo_leaves_things_as_they_were(organization, actor, accountant, storage):
    with pytest.raises(Refused) as refusal:
        set_logo(actor=actor, organization=organization, file=ContentFile(svg("<script/>"), name="x.svg"))
    assert list(refusal.value.fields) == ["logo"]
    with pytest.raises(NotPermitted):
        set_logo(actor=Actor.person(accountant), organization=organization, file=ContentFile(png(), name="x.png"))
    assert _files(storage) == []
    assert not Organization.objects.get(pk=organization.pk).logo
