"""The books: chart of accounts, postings, exports."""
