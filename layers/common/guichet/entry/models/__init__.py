"""Requests and answers of the functions, as pydantic models: what the OpenAPI document shows."""
