"""openTCS plant models (`<model version=…>`), versions 0.0.2 to 7.0.0: millimetres, mm/s and degrees."""
