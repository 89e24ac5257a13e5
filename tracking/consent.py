"""Segment's rules for the one event whose shape it checks: a consent given or taken."""

from collections.abc import Mapping

CONSENT_EVENT = "Segment Consent Preference Updated"


def consent_code(message: Mapping[str, object]) -> str | None:
    """
    Name the reason for which Segment would drop this consent event.
    """
    context = _mapping(message.get("context"))
    consent, device = _mapping(context.get("consent")), _mapping(context.get("device"))
    advertising_id = device.get("advertisingId")

    if message.get("anonymousId") is None:
        return "consent_needs_anonymous_id_set"
    if code := _preferences_code(consent.get("categoryPreferences")):
        return code
    if not _is_number_or_absent(consent.get("version")):
        return "consent_version_should_be_number"
    if advertising_id is not None and not isinstance(advertising_id, str):
        return "device_advertisingid_should_be_string"
    return None


def _preferences_code(preferences: object) -> str | None:
    if preferences is None:
        return "consent_categoryprefences_should_exist"
    if not isinstance(preferences, Mapping):
        return "consent_categorypreferences_should_be_object"
    if not all(isinstance(value, bool) for value in preferences.values()):
        return "consent_categorypreferences_fields_should_be_bool"
    return None


def _is_number_or_absent(value: object) -> bool:
    return value is None or (
        isinstance(value, int | float) and not isinstance(value, bool)
    )


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
