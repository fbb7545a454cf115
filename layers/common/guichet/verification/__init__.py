"""Whether what is stored keeps the rules: every table read, every object judged."""
