"""How the server is: metrics, structured logs, health, and the order in which it is shut down."""
