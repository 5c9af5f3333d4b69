"""The parts of the page, each made of a report by itself."""
