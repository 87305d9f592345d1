"""What a record can be told by, beside its name: domain, e-mail, phone, tax number, code. "" where there is nothing."""

from __future__ import annotations

import re
from functools import cache

import phonenumbers
from babel import Locale
from publicsuffixlist import PublicSuffixList

from finsuite.kernel.text import fold

# Mail and pages that everybody can have there: sharing one says nothing about two companies.
_PUBLIC = (
    "gmail.com googlemail.com outlook.com outlook.fr hotmail.com hotmail.fr hotmail.de hotmail.co.uk live.com live.fr"
    " msn.com yahoo.com yahoo.fr yahoo.de yahoo.co.uk yahoo.es yahoo.it ymail.com icloud.com me.com mac.com aol.com"
    " gmx.de gmx.net gmx.at gmx.ch gmx.com web.de t-online.de freenet.de arcor.de mail.com email.com posteo.de"
    " proton.me protonmail.com tutanota.com orange.fr wanadoo.fr free.fr sfr.fr neuf.fr laposte.net bbox.fr"
    " numericable.fr aliceadsl.fr club-internet.fr libero.it virgilio.it tiscali.it alice.it telefonica.net terra.es"
    " skynet.be telenet.be proximus.be bluewin.ch sunrise.ch hispeed.ch btinternet.com virginmedia.com sky.com"
    " comcast.net verizon.net att.net sbcglobal.net qq.com 163.com 126.com sina.com mail.ru yandex.ru yandex.com"
    " ziggo.nl kpnmail.nl planet.nl home.nl online.no telia.com seznam.cz wp.pl onet.pl o2.pl interia.pl sapo.pt"
    " uol.com.br bol.com.br rediffmail.com zoho.com fastmail.com hey.com"
    " facebook.com linkedin.com instagram.com twitter.com x.com youtube.com google.com etsy.com github.com t.me"
)
PUBLIC = frozenset(_PUBLIC.split())
SHORTEST_TAX, SHORTEST_PHONE, COMPARED_DIGITS = 6, 7, 9

_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://")
_HOST = re.compile(r"^(?:[^@/]*@)?([^/:?#\s]+)")
_NATIONAL_ZERO = re.compile(r"\(0\)")
_NO_DIGIT = re.compile(r"\D")
_NOT_PLAIN = re.compile(r"[\W_]+")
_PREFIX = re.compile(r"^[A-Z]{2}(?=[0-9A-Z]*\d)")


@cache
def _suffixes() -> PublicSuffixList:
    """The list of public suffixes that the library ships; nothing is fetched."""
    return PublicSuffixList()


def domain(website: str) -> str:
    """The registrable domain of an address: “https://www.shop.dupont.co.uk/fr” is dupont.co.uk."""
    host = _HOST.match(_SCHEME.sub("", website.strip().lower()))
    if host is None or "." not in host.group(1):
        return ""
    found = _suffixes().privatesuffix(host.group(1).rstrip(".")) or ""
    return "" if found in PUBLIC else found


def mail_domain(email: str) -> str:
    """The domain of an e-mail address, unless it is a public provider's."""
    _name, at, host = email.strip().rpartition("@")
    return domain(host) if at else ""


def mailbox(email: str) -> str:
    """An e-mail address in one form."""
    return email.strip().lower() if "@" in email else ""


def phone(text: str, region: str = "") -> str:
    """The last nine digits of a phone number: national and international forms agree in them.

    `region` (“FR”) is where a number without a country code is from, if that is known.
    """
    digits = _digits(text, region)
    if len(digits) < SHORTEST_PHONE or len(set(digits)) == 1:
        return ""
    return digits[-COMPARED_DIGITS:]


def _digits(text: str, region: str) -> str:
    """The number within its country, or what digits there are."""
    try:
        number = phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException:
        return _NO_DIGIT.sub("", _NATIONAL_ZERO.sub("", text)).lstrip("0")
    return phonenumbers.national_significant_number(number)


def tax_number(text: str) -> str:
    """A tax number's letters and digits, without the country's two letters."""
    plain = _NOT_PLAIN.sub("", text).upper()
    bare = _PREFIX.sub("", plain)
    found = bare if len(bare) >= SHORTEST_TAX else plain
    return found if len(found) >= SHORTEST_TAX and any(sign.isdigit() for sign in found) else ""


def code(text: str) -> str:
    """A product's code: letters and digits."""
    return _NOT_PLAIN.sub("", fold(text))


@cache
def _regions() -> dict[str, str]:
    found: dict[str, str] = {}
    for language in ("en", "fr", "de", "es", "it", "nl"):
        for code_, name in Locale.parse(language).territories.items():
            if len(code_) == 2 and code_.isalpha():
                found.setdefault(fold(name), code_)
                found.setdefault(code_.lower(), code_)
    return found | {"usa": "US", "uk": "GB", "great britain": "GB", "england": "GB"}


def region_of(country: str) -> str:
    """The two letters of a country as people write it; "" for one that is not known."""
    return _regions().get(fold(country), "")
