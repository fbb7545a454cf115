"""`make bench`: what a start, a request, a sale and an idle month cost, measured."""
