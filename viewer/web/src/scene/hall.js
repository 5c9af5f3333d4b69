import * as THREE from "three";
import { AlertMarks } from "./alert_marks.js";
import { Building, floors } from "./building.js";
import { HeatFloor } from "./heat_floor.js";
import { Labels } from "./labels.js";
import { Locations } from "./locations.js";
import { Pickers } from "./pickers.js";
import { Stage } from "./stage.js";
import { Stations } from "./stations.js";
import { byId } from "../dom.js";

/** @import {Facility} from "../facility" */
/** @import {Heat} from "../messages" */

const MANY = 5_000;
const SMALL_M = 0.8; // a location is about so wide
const SQUARE_PX = 4; // and is drawn as a square where the processor draws and it is no wider than this

/** The hall with all that is drawn in it. */
export class Hall {
  cloud = new THREE.Group();
  heatLayer = new THREE.Group();
  /** @type {Heat | null} where agents were blocked */ blocked = null;
  /** @type {Heat | null} shown instead, where another site is beside this one */ heatDifference = null;

  /** @param {Facility} facility */
  constructor(facility) {
    const heights = new Map(facility.levels.map(({ id, elevation_m }) => [id, elevation_m]));
    const floorZ = heights.size ? Math.min(...heights.values()) : 0;
    this.facility = facility;
    this.stage = new Stage(/** @type {HTMLCanvasElement} */ (byId("canvas")));
    this.floors = floors(facility.levels);
    this.building = new Building();
    this.locations = new Locations(facility.locations, facility.racks);
    this.pickers = new Pickers((level) => heights.get(level ?? "") ?? floorZ);
    this.heat = new HeatFloor(floorZ);
    this.labels = new Labels(byId("labels"));
    this.stations = new Stations(facility.stations ?? [], facility.levels, byId("labels"));
    this.alertMarks = new AlertMarks(byId("labels"));
    this.heading = mainHeading(facility);
    this.extent = extentOf(facility);
    this.cloud.visible = false; // on top of the mesh it is noise; who wants to compare switches it on
    this.heatLayer.add(this.heat.object);
    const { stage, locations } = this;
    stage.world.add(this.floors, this.heatLayer, this.stations.object, locations.object, locations.marker, this.pickers.object, this.cloud);
    stage.scene.add(this.building.object);
    stage.frame(this.extent, this.heading);
    const reach = new THREE.Box3().setFromPoints(this.extent.map((point) => stage.world.localToWorld(point.clone())));
    stage.beforeFrame.push(() => {
      this.stations.update(stage);
      const finest = stage.metresPerPixelAt(reach.distanceToPoint(stage.camera.position));
      this.building.fitDetail(finest);
      const isMany = stage.isSoftware && facility.locations.length > MANY;
      locations.boxes.fitDetail(isMany && finest * SQUARE_PX > SMALL_M, stage.scale.canvasHeight);
      return false;
    });
  }

  /** Show the heat, or how it differs. */
  showHeat() {
    if (this.heatDifference) this.heat.show(this.heatDifference, true);
    else this.heat.show(this.blocked);
  }

  /** Where a ray meets floors, racks, walls or locations first, world frame. @param {THREE.Raycaster} ray @returns {THREE.Vector3 | null} */
  meet(ray) {
    this.locations.volumes.matrixWorld.copy(this.locations.object.matrixWorld);
    const solid = [this.floors, this.building.object, ...(this.locations.object.visible ? [this.locations.volumes] : [])];
    const planes = this.stage.renderer.clippingPlanes;
    const seen = ray.intersectObjects(solid, true).find(({ point }) => planes.every((plane) => plane.distanceToPoint(point) >= 0));
    return seen ? this.stage.world.worldToLocal(seen.point.clone()) : null;
  }

  /** Corners of racks and locations around a place. @param {THREE.Vector3} place @returns {THREE.Vector3[]} */
  cornersNear(place) {
    const near = this.locations.locations.filter(({ center, size_m }) => place.distanceTo(new THREE.Vector3(...center)) < Math.max(...size_m));
    return [...near.flatMap(({ id }) => this.locations.corners(id)), ...this.facility.racks.flatMap(rackCorners)];
  }
}

/** @param {Facility["racks"][number]} rack @returns {THREE.Vector3[]} */
function rackCorners({ center, yaw_rad, length_m, depth_m, height_m, base_z_m }) {
  const [cos, sin] = [Math.cos(yaw_rad), Math.sin(yaw_rad)];
  return [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => {
    const [along, across] = [length_m * ((bits & 1) - 0.5), depth_m * (((bits >> 1) & 1) - 0.5)];
    return new THREE.Vector3(center[0] + along * cos - across * sin, center[1] + along * sin + across * cos, base_z_m + height_m * ((bits >> 2) & 1));
  });
}

/** The corners of floors and rack tops: what a view should hold. @param {Facility} facility */
function extentOf(facility) {
  const points = facility.levels.flatMap(({ outline, elevation_m }) =>
    outline.map(([x, y]) => new THREE.Vector3(x, y, elevation_m)),
  );
  for (const { center, yaw_rad, length_m, height_m, base_z_m } of facility.racks) {
    for (const end of [-0.5, 0.5]) {
      const [x, y] = [Math.cos(yaw_rad), Math.sin(yaw_rad)].map((c, axis) => center[axis] + end * length_m * c);
      points.push(new THREE.Vector3(x, y, base_z_m), new THREE.Vector3(x, y, base_z_m + height_m));
    }
  }
  return points.length > 1 ? points : [new THREE.Vector3(-10, -10, 0), new THREE.Vector3(10, 10, 4)];
}

/** The way the longest rack runs. @param {Facility} facility */
function mainHeading(facility) {
  const racks = [...facility.racks].sort((a, b) => b.length_m - a.length_m);
  return racks[0]?.yaw_rad ?? 0;
}
