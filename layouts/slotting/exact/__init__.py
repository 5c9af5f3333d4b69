"""The best slotting there is, where it can be found, and how far any slotting can be from it at most."""
