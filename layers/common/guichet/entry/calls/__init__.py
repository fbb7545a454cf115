"""The calls of members, one module an object; `organizer`, `refund` and `billing` mount them."""
