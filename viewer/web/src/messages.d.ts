// Made by viewer/wire_types.py from viewer/messages.py: change it there.

export interface Clock {
  type: "clock";
  sim_s: number;
  at_s: number;
  speed: number;
  playing: boolean;
  duration_s: number;
  epoch_ms?: number | null;
  is_live?: boolean;
}

export interface Motion {
  state: "drop" | "idle" | "other" | "pick" | "wait" | "walk";
  start_s: number;
  end_s: number;
  path: [number, number][];
  cause?: string | null;
  blocked_by?: string | null;
  location?: string | null;
  level?: string | null;
}

export interface Track {
  type: "track";
  motions: Motion[];
}

export interface Heat {
  type: "heat";
  sim_s: number;
  top_s_m2: number;
  origin: [number, number];
  cell_m: number;
  width: number;
  height: number;
  cells: number[];
  blocked_s: number[];
}

export interface Kpi {
  type: "kpi";
  sim_s: number;
  lines: number;
  walked_m: number;
  walk_s: number;
  pick_s: number;
  blocked_s: number;
  drop_s: number;
  other_s: number;
  idle_s: number;
}

export interface LiveAgent {
  type: "live_agent";
  number: number;
  freshness: "fresh" | "late" | "silent" | "unknown";
  last_ms?: number | null;
  battery?: number | null;
  order?: string | null;
  faults?: string[];
}

export interface Feed {
  type: "feed";
  is_up: boolean | null;
  freshness: "fresh" | "late" | "silent" | "unknown";
  last_ms?: number | null;
  reason?: string;
}

export interface Sensor {
  type: "sensor";
  value: number;
  unit: string;
  last_ms: number;
  freshness: "fresh" | "late" | "silent" | "unknown";
}

export interface Seen {
  type: "seen";
  state: "empty" | "occupied" | "unseen";
  last_ms: number;
  confidence?: number | null;
}

export interface Alert {
  type: "alert";
  rule: string;
  about: string;
  severity: "critical" | "info" | "warning";
  status: "acknowledged" | "open" | "shelved";
  since_ms: number;
  text: string;
  by?: string | null;
  options?: string[];
}

export interface Job {
  type: "job";
  kind: string;
  state: "cancelled" | "done" | "failed" | "queued" | "running";
  share: number;
  text: string;
  asked_by: string;
}

export interface Figures {
  type: "figures";
  seq: number;
  at_ms: number;
  agents: number;
  orders_open: number;
  lines_open: number;
  units_on_hand: number;
  letters_waiting: number;
}

export interface Play {
  type: "play";
}

export interface Pause {
  type: "pause";
}

export interface SetSpeed {
  type: "speed";
  speed: number;
}

export interface Seek {
  type: "seek";
  sim_s: number;
}

export interface Hello {
  type: "hello";
  protocol: number;
  session?: string | null;
  since?: number | null;
}

export interface Ack {
  type: "ack";
  seq: number;
}

export interface Interest {
  type: "interest";
  layers?: string[] | null;
  area?: [number, number, number, number] | null;
}

export interface Update {
  type: "update";
  session: string;
  seq: number;
  server_s: number;
  reset: boolean;
  sets: Record<string, Clock | Track | Heat | Kpi | LiveAgent | Feed | Sensor | Seen | Alert | Job | Figures>;
  dels: string[];
}

export interface Refusal {
  type: "refusal";
  reason: string;
}

export type Value = Clock | Track | Heat | Kpi | LiveAgent | Feed | Sensor | Seen | Alert | Job | Figures;

export type Command = Play | Pause | SetSpeed | Seek;

export type FromViewer = Hello | Ack | Interest | Play | Pause | SetSpeed | Seek;

export type FromServer = Update | Refusal;
