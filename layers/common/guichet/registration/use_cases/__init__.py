"""What registration can do: one verb a file."""
