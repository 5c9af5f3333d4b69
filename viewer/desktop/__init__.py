"""The desktop viewer (PyVista): pictures, films and a window of the same scene and timeline as the browser."""
