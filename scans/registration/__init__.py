"""Registration: scans into one frame, in pairs and all together, each pose with its covariance."""
