"""The work of a shift: who does what when, and how each kind of work becomes jobs that the engine plays."""
