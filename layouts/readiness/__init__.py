"""Whether a site's data are fit for use, what is wrong in them, and where downtime costs most."""
