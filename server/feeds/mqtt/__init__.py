"""MQTT as a transport: a message is acknowledged once what it tells is on disk."""
