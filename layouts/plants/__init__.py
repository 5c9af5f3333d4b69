"""Vehicle plants and building maps of others as a planned facility and the roads in it: LIF, openTCS, Open-RMF."""
