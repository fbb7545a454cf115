"""Our tests, by this name too where a library installs its own as `tests`."""
