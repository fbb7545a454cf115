"""What can be done about them, one verb a file."""
