"""Navigation graphs in other forms, and networks drawn by others held against what the scan found.

`formats` reads and writes: node-link JSON, GraphML, LIF 1.0 and node/edge/bin tables both ways, Open-RMF's
building maps and navigation graphs in. All meet in one value, `RouteNetwork`; `network_of_graph` makes it from a
`NavGraph`, `graph_of_network` a `NavGraph` from it. `reconcile` places a network in a facility's frame and
lists what does not agree.
"""
