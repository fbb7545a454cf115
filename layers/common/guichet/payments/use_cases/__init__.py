"""What is done about payment accounts."""
