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
}

export interface Site {
  id: string;
  name: string;
  kind: "as_built" | "planned";
  racks: number;
  locations: number;
  has_mesh: boolean;
  has_cloud: boolean;
  has_run: boolean;
  has_plan: boolean;
  is_live: boolean;
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
