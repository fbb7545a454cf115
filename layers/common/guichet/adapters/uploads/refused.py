"""The refusals of an uploaded file; each says what to send instead."""

from __future__ import annotations

from guichet.errors import Invalid, invalid_field


def not_taken() -> Invalid:
    return invalid_field(
        "/upload_id", "file_type_not_taken", "This is no PDF, PNG or JPEG.", rule="TAX-4"
    )


def too_large() -> Invalid:
    return invalid_field("/upload_id", "file_too_large", "5 MB at most.", rule="TAX-4")


def damaged() -> Invalid:
    return invalid_field(
        "/upload_id",
        "file_damaged",
        "This file is incomplete or can't be read: save it anew, and upload that.",
        rule="TAX-4",
    )


def mixed() -> Invalid:
    return invalid_field(
        "/upload_id",
        "file_mixed",
        "There is something else in or behind this file: print it as a PDF, and upload that.",
        rule="TAX-4",
    )


def encrypted() -> Invalid:
    return invalid_field(
        "/upload_id",
        "file_encrypted",
        "This PDF is protected: save it without a password, and upload that.",
        rule="TAX-4",
    )


def active() -> Invalid:
    return invalid_field(
        "/upload_id",
        "file_active",
        "This PDF has scripts, actions or attached files: print it as a PDF, and upload that.",
        rule="TAX-4",
    )
