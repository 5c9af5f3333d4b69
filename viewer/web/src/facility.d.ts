// The parts of facility.json and of the REST answers that the page reads.

export interface Level {
  id: string;
  elevation_m: number;
  outline: [number, number][];
  holes?: [number, number][][];
}

export interface Rack {
  id: string;
  kind: string;
  center: [number, number];
  base_z_m: number;
  yaw_rad: number;
  length_m: number;
  depth_m: number;
  height_m: number;
  bays?: unknown[];
  tiers?: unknown[];
}

export interface Location {
  id: string;
  rack: string;
  bay: number;
  tier: number;
  position: number;
  center: [number, number, number];
  size_m: [number, number, number];
  state: "occupied" | "empty" | "unseen";
  fill?: number | null;
  confidence?: number | null;
}

export interface Facility {
  id: string;
  name: string;
  levels: Level[];
  racks: Rack[];
  locations: Location[];
  aisles?: Aisle[];
  stations?: Station[];
  obstacles?: Obstacle[];
}

export interface Obstacle {
  id: string;
  kind: string;
  z0_m: number;
  z1_m: number;
}

export interface Station {
  id: string;
  level: string;
  kind: string;
  pose: [number, number, number];
}

export interface Aisle {
  id: string;
  clear_width_m: number;
  cross?: boolean;
}

export interface Site {
  id: string;
  name: string;
  kind: "as_built" | "planned";
  racks: number;
  locations: number;
  has_mesh: boolean;
  has_cloud: boolean;
  has_tiles: boolean;
  has_run: boolean;
  has_plan: boolean;
  has_deviations: boolean;
  is_live: boolean;
  is_beside: boolean;
}

export interface LocationDetails extends Location {
  rack_kind: string | null;
  skus: string[];
  picks_so_far: number;
  picks_in_run: number;
}

export interface LocationChange {
  id: string;
  skus_before: string[];
  skus_after: string[];
  visits_before: number;
  visits_after: number;
}

export interface Move {
  sku: string;
  source: string | null;
  target: string;
}

export interface Slotting {
  edges: number[];
  face_edges: number[];
  locations: LocationChange[];
  moves: Move[];
}

export interface RunSummary {
  id: string;
  kind: string;
  duration_s: number;
  notes: string[];
  kpis: {
    makespan_s: number;
    lines_per_hour: number | null;
    metres_per_line: number | null;
    share: Record<string, number>;
  };
}

/** A line of the live book: one of `/api/inventory`. */
export interface OnHand {
  place: string;
  sku: string;
  lot: string | null;
  handling_unit: string | null;
  quantity: number;
  checked_ms: number | null;
}

export interface Box {
  center: [number, number, number];
  size_m: [number, number, number];
  yaw_rad: number;
}

/** One of `/api/deviations`. */
export interface Deviation extends Box {
  id: string;
  kind: string;
  level: string;
  verdict: "changed" | "unchanged" | "cannot_decide";
  word: string;
  text: string;
  mm: number | null;
  sigma_mm: number | null;
  at_most_mm: number | null;
  planned: Box | null;
  actual: Box | null;
}

/** One of `/api/find`. */
export interface Found {
  kind: "location" | "sku" | "order" | "rack";
  id: string;
  places: string[];
}

/** The answer of `/api/colours/NAME`. */
export interface Colouring {
  name: string;
  title: string;
  unit: string;
  top: number;
  values: Record<string, number>;
}

/** One of `/api/locations/ID/history`. */
export interface Step {
  what: string;
  who: string;
  sku: string | null;
  quantity: number | null;
  order: string | null;
  at_s: number | null;
  at_ms: number | null;
}

/** The answer of `/api/lanes`. */
export interface Lanes {
  agent: string;
  places: [number, number, number][];
  lanes: [number, number][];
  one_way: number[];
}

/** The answer of `/api/layout/patch`. */
export interface Patched {
  yaml: string;
  racks: Rack[];
  aisles: Record<string, number>;
  locations: number;
  lost: number;
  notes: string[];
}
