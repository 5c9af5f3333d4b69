"""The places of racks: their addresses, and what beams saw in them."""
