"""Where alerts go: a webhook, MQTT, a line in the log."""
