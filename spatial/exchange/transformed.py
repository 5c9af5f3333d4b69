"""A network moved into another frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from spatial.exchange.alignment import Alignment
from spatial.exchange.route_network import EdgeUse, NetworkStation, RouteNetwork
from spatial.exchange.trajectory import Trajectory
from spatial.facility import Point2
from spatial.poses import wrap_yaw


def transformed(network: RouteNetwork, alignment: Alignment, level_of: Mapping[str, str]) -> RouteNetwork:
    """`network` turned, shifted and scaled, its levels renamed; lengths stay as they were told.

    Control points are moved like nodes: a rational B-spline moves with them.
    """
    xy = [_moved(node.xy, alignment) for node in network.nodes]
    return replace(
        network,
        levels=tuple(replace(level, id=level_of.get(level.id, level.id)) for level in network.levels),
        nodes=tuple(
            replace(
                node,
                xy=at,
                level=level_of.get(node.level, node.level),
                yaw_rad=None if node.yaw_rad is None else wrap_yaw(node.yaw_rad + alignment.yaw_rad),
            )
            for node, at in zip(network.nodes, xy, strict=True)
        ),
        edges=tuple(
            replace(edge, uses=tuple(_use(use, alignment) for use in edge.uses)) for edge in network.edges
        ),
        stations=tuple(_station(station, alignment) for station in network.stations),
    )


def _moved(point: Point2, alignment: Alignment) -> Point2:
    x, y = alignment.apply([point])[0]
    return float(x), float(y)


def _use(use: EdgeUse, alignment: Alignment) -> EdgeUse:
    if use.orientation_rad is not None and use.orientation_to == "world":
        use = replace(use, orientation_rad=wrap_yaw(use.orientation_rad + alignment.yaw_rad))
    if use.trajectory is None:
        return use
    return replace(use, trajectory=_curve(use.trajectory, alignment))


def _curve(curve: Trajectory, alignment: Alignment) -> Trajectory:
    at = [_moved((point.x, point.y), alignment) for point in curve.points]
    points = tuple(replace(point, x=x, y=y) for point, (x, y) in zip(curve.points, at, strict=True))
    return replace(curve, points=points)


def _station(station: NetworkStation, alignment: Alignment) -> NetworkStation:
    if station.pose is None:
        return station
    x, y = _moved(station.pose[:2], alignment)
    return replace(station, pose=(x, y, wrap_yaw(station.pose[2] + alignment.yaw_rad)))
