"""The catalogue as a person writes it, and as it is packaged: YAML in, compiled JSON out."""
