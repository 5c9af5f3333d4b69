"""Whether a site's data are fit for what is to be done with them, what is wrong in them, and where downtime costs most."""
