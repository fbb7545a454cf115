"""What reaches outside: the store, providers, mail. Nothing else in the package does."""
