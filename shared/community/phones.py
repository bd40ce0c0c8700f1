"""Mobile numbers as people write them, and as we keep them."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

NEVER_RINGS = "154"
"""Generated people get +86 154 numbers. They have the shape of a mobile number, so that every form and column
treats them like one, but the prefix is allotted to no mobile network: nobody's phone rings. A number at
random from a live prefix would be somebody's; the short codes 11x and 12x could reach an emergency line. A
test asks phonenumberslite whether the prefix is still free, so that an update tells us when it is not.
"""

_WRITTEN = re.compile(r"\+?[0-9][0-9 ()-]*")
_MOBILE = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)


def mobile(text: str) -> str:
    """A Chinese mobile number in E.164 (``+8613…``), from digits with or without spaces, hyphens, +86 or
    0086.

    Raises ``ValueError`` when it is not one; the message does not repeat the number.
    """
    written = unicodedata.normalize("NFKC", text).strip()
    if not _WRITTEN.fullmatch(written):
        raise ValueError("this is not a mobile number")
    try:
        number = phonenumbers.parse(written, "CN")
    except phonenumbers.NumberParseException as error:
        raise ValueError("this is not a mobile number") from error
    if not (_is_mobile(number) or _never_rings(number)):
        raise ValueError("this is not a mobile number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _is_mobile(number: phonenumbers.PhoneNumber) -> bool:
    return (
        number.country_code == 86
        and phonenumbers.is_valid_number(number)
        and phonenumbers.number_type(number) in _MOBILE
    )


def _never_rings(number: phonenumbers.PhoneNumber) -> bool:
    national = phonenumbers.national_significant_number(number)
    return number.country_code == 86 and len(national) == 11 and national.startswith(NEVER_RINGS)
