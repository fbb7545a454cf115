"""The deliver function before it serves anything: a record that it can't serve is refused."""

from typing import Any


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001  Lambda's signature
    """Refuse every record, so that none is lost: it comes again, then goes to the dead letters."""
    records = event.get("Records", [])
    if records:
        raise NotImplementedError(f"deliver can't serve {len(records)} record(s) yet")
    return {"batchItemFailures": []}
