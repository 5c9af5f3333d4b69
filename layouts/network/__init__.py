"""The network of sites: goods from suppliers over lanes to customers, in plan and when something stops."""
