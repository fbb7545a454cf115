"""Mails as people receive them: written by Babel and icalendar, sent by SES."""
