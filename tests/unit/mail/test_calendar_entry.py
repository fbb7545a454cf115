"""The calendar entry of a confirmation (REG-13)."""

from datetime import UTC, datetime

from icalendar import Calendar, Event

from guichet.adapters.mail.render import render
from guichet.registration.mails import MailFacts, MailKind
from tests.support.mail_facts import facts_of


def event_of(facts: MailFacts) -> Event:
    (entry,) = render(facts).attachments
    (event,) = Calendar.from_ical(entry.content).walk("VEVENT")
    assert isinstance(event, Event)
    return event


def test_the_confirmation_alone_carries_a_calendar_entry() -> None:
    carrying = {kind for kind in MailKind if render(facts_of(kind)).attachments}

    assert carrying == {MailKind.CONFIRMED}


def test_the_entry_says_what_rfc_5546_asks_of_a_published_event() -> None:
    (entry,) = render(facts_of(MailKind.CONFIRMED)).attachments

    event = event_of(facts_of(MailKind.CONFIRMED))
    assert entry.filename == "training.ics"
    assert entry.content_type.startswith('text/calendar; method="PUBLISH"')
    assert b"METHOD:PUBLISH\r\n" in entry.content
    assert event["UID"] == "reg_7QK2M4@guichet"
    assert event["SUMMARY"] == "Excel workshop"
    assert event["ORGANIZER"] == "mailto:kurse@kurswerk.example"
    assert event.decoded("DTSTAMP") == datetime(2027, 2, 1, 9, 15, tzinfo=UTC)
    assert event.decoded("DTSTART") == datetime(2027, 3, 1, 13, 0, tzinfo=UTC)
    assert event.decoded("DTEND") == datetime(2027, 3, 1, 16, 30, tzinfo=UTC)
    assert "Central European Standard Time, Berlin" in str(event["DESCRIPTION"])


def test_the_entry_keeps_the_private_link_to_itself() -> None:
    """ACC-5: calendars are shared, a registrant's token is not."""
    (entry,) = render(facts_of(MailKind.CONFIRMED)).attachments

    assert b"pay.example" not in entry.content.replace(b"\r\n ", b"")


def test_a_training_without_an_end_has_none_in_the_calendar() -> None:
    event = event_of(facts_of(MailKind.CONFIRMED, ends_at=None))

    assert "DTEND" not in event


def test_a_title_adds_no_line_to_the_calendar() -> None:
    title = "Excel\r\nATTENDEE:mailto:victim@example.org\nX;Y,Z\\"

    event = event_of(facts_of(MailKind.CONFIRMED, training_title=title))

    assert "ATTENDEE" not in event
    assert event["SUMMARY"] == "Excel ATTENDEE:mailto:victim@example.org X;Y,Z\\"


def test_an_organizers_name_adds_no_parameter_to_the_calendar() -> None:
    name = 'Kurs";X-EVIL="1'

    event = event_of(facts_of(MailKind.CONFIRMED, organizer_legal_name=name))

    assert set(event["ORGANIZER"].params) == {"CN"}
