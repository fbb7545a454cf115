"""What is known of a customer for its taxes: exemption certificates, and what its VAT number counts as."""
