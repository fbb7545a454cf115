"""Where HTTP, queues and commands enter: errors, sign-in, logs and metrics."""
