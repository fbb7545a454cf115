// The training as a calendar entry (RFC 5545): the same one that the confirmation's mail bears.

const LINE_BYTES = 73; // a line has 75 octets at most, its end included

/** Let a link download the entry. */
export function offerEntry(link, registration) {
  const text = calendarEntry(registration, registration.confirmed_at ?? registration.registered_at);
  URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([text], { type: "text/calendar;charset=utf-8" }));
}

/** The text of a calendar file. No private link is in it, since calendars are shared. */
function calendarEntry(registration, now) {
  const { training, organizer } = registration;
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Guichet//Registration//EN",
    "METHOD:PUBLISH",
    "BEGIN:VEVENT",
    `UID:${registration.registration_id}@guichet`,
    `DTSTAMP:${stamp(now)}`,
    `DTSTART:${stamp(training.starts_at)}`,
    `DTEND:${stamp(training.ends_at)}`,
    `SUMMARY:${escaped(training.title)}`,
    `DESCRIPTION:${escaped(`${organizer.legal_name}\n${registration.registration_id}`)}`,
    `ORGANIZER;CN="${organizer.legal_name.replaceAll(/["\r\n]/g, "")}":mailto:${organizer.email}`,
    "STATUS:CONFIRMED",
    "SEQUENCE:0",
    "END:VEVENT",
    "END:VCALENDAR",
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join("");
}

const stamp = (instant) => new Date(instant).toISOString().replaceAll(/[-:]|\.\d+/g, "");

const escaped = (text) => text.replaceAll(/[\\;,]/g, "\\$&").replaceAll(/\r?\n/g, "\\n");

function folded(line) {
  const rows = [""];
  let bytes = 0;
  for (const character of line) {
    const size = new TextEncoder().encode(character).length;
    if (bytes + size > LINE_BYTES) {
      rows.push(" ");
      bytes = 1;
    }
    rows[rows.length - 1] += character;
    bytes += size;
  }
  return rows.join("\r\n");
}
