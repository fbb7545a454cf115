"""What can be done with payment methods, one verb a file."""
