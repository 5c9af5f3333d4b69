"""The search of slotting: small changes, each priced by what it alters, in chains that exchange their best."""
