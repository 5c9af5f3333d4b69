"""Tables of a warehouse management system: headers inferred, every defect named, clean rows loaded."""
