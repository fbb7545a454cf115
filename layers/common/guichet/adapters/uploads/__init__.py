"""What an uploaded file really is: read whole, by its bytes alone."""
