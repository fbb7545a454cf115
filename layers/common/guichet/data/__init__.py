"""Data that is compiled or written once: texts, configuration."""
