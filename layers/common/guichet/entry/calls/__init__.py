"""The calls of the organizer's function, one module an object; `functions/organizer` mounts them."""
