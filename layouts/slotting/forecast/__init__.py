"""What a history of tours tells about later ones: velocities, tours that may come, and how places age."""
