"""Open-RMF building maps (`*.building.yaml` of its traffic editor): walls, doors, floors, lifts and levels."""
