"""The training as a calendar entry, for people's own calendars (RFC 5545, RFC 5546 3.2.1)."""

from typing import Final

from icalendar import Calendar, Event, vCalAddress, vText

from guichet.adapters.mail.letter import Letter
from guichet.registration.mailer import Attachment

_CONTENT_TYPE: Final = 'text/calendar; method="PUBLISH"; charset="utf-8"'


def calendar_entry(letter: Letter) -> Attachment:
    """An entry that a second sending replaces; no private link, since calendars are shared."""
    facts, values = letter.facts, letter.values
    organizer = vCalAddress(f"mailto:{values['organizer_email']}")
    organizer.params["CN"] = vText(values["organizer_legal_name"])
    event = Event()
    event.add("uid", f"{facts.registration_id}@guichet")
    event.add("dtstamp", facts.occurred_at)
    event.add("dtstart", facts.starts_at)
    if facts.ends_at is not None:
        event.add("dtend", facts.ends_at)
    event.add("summary", values["training_title"])
    event.add("description", letter.rows("when", "organizer", "registration").as_text())
    event.add("organizer", organizer)
    event.add("status", "CONFIRMED")
    event.add("sequence", 0)
    calendar = Calendar()
    calendar.add("prodid", "-//Guichet//Registration//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return Attachment("training.ics", _CONTENT_TYPE, calendar.to_ical())
