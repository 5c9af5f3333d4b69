"""What the server answers, one file for each area; `server/app.py` puts them together."""
