"""The layout file: a short YAML that a layout engineer writes by hand, and the planned Facility it describes."""
