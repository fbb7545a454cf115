"""The tax tables as a person writes them, and as they are packaged: YAML in, compiled JSON out."""
