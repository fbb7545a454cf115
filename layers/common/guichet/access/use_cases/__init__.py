"""What an operator does about accounts and members."""
