"""The calls of members, one module an object; `functions/organizer` and `functions/refund` mount them."""
