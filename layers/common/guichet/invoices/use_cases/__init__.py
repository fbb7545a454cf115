"""What can be done with invoices: one verb a file."""
