"""A schedule as an iCalendar file (RFC 5545): no contact and no free text, the same file for the same facts."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid5

from icalendar import Calendar, Event

from services.matcher.queries.feeds import Engagement, Schedule
from shared.community.areas import AreaTree
from shared.community.local import LocalTime
from shared.web.i18n import current_reader, gettext
from shared.web.wording import place_name

PRODUCT = "-//paidan//matcher//EN"
OURS = UUID("3f6d2d0c-7c1e-4a53-9d4b-0f5d6a3f8e21")
"""What our events' ids are made under, so that an event keeps its id whatever else changes."""
AGAIN_AFTER = timedelta(hours=1)
_DAY = timedelta(days=1)


def calendar_file(schedule: Schedule, areas: AreaTree, local: LocalTime, now: datetime) -> bytes:
    """What the reader's calendar program is told, in the reader's language and the community's zone. What was handed
    back or withdrawn is no longer in it, so it goes from the reader's calendar as well.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", gettext("Community orders"))
    calendar.add("refresh-interval", AGAIN_AFTER, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", AGAIN_AFTER, parameters={"VALUE": "DURATION"})
    for engagement in schedule.engagements:
        calendar.add_component(_taken(engagement, areas, local))
    if schedule.on_duty:
        today = local.day(now)
        duty = _event(schedule, f"duty/{today}", gettext("On duty: you may be asked at any hour"))
        duty.add("dtstart", today)
        duty.add("dtend", today + _DAY)
        calendar.add_component(duty)
    for span in schedule.free:
        free = _event(schedule, f"free/{span.start.isoformat()}", gettext("You may be asked"))
        free.add("dtstart", local.local(span.start))
        free.add("dtend", local.local(span.end))
        calendar.add_component(free)
    calendar.add_missing_timezones(first_date=local.day(now).replace(month=1, day=1))
    return bytes(calendar.to_ical())


def _taken(engagement: Engagement, areas: AreaTree, local: LocalTime) -> Event:
    event, language = Event(), current_reader().language
    event.add("uid", f"{engagement.assignment_id}@paidan")
    event.add("dtstamp", engagement.changed_at)
    name = engagement.service_name.told_in(language) if engagement.service_name else engagement.service
    event.add("summary", f"{name} {engagement.reference}")
    event.add("location", place_name(areas, engagement.area))
    event.add("description", f"{gettext('Order')} {engagement.reference}")
    if engagement.window is not None:
        event.add("dtstart", local.local(engagement.window.from_))
        event.add("dtend", local.local(engagement.window.to))
    else:  # at any time until then: a line of that day, not hours of it
        day = local.day(engagement.due_at)
        event.add("dtstart", day)
        event.add("dtend", day + _DAY)
        event.add("transp", "TRANSPARENT")
    event.add("status", "CONFIRMED")
    return event


def _event(schedule: Schedule, what: str, summary: str) -> Event:
    """Free time of somebody: nobody is busy by it."""
    event = Event()
    event.add("uid", f"{uuid5(OURS, f'{schedule.volunteer_id}/{what}')}@paidan")
    event.add("dtstamp", schedule.made_at)
    event.add("summary", summary)
    event.add("transp", "TRANSPARENT")
    return event
