/** The server's REST interface, as far as the app uses it. */

import { call, look } from "./http";
import { withToken } from "./renewal";

export { ApiError } from "./http";

export interface User {
  id: string;
  name: string;
  email: string;
  role: string;
}

export type Difficulty = "easy" | "medium" | "hard";

export interface Persona {
  name: string;
  role: string;
  company: string;
  background: string;
  concerns: string[];
  personality: string;
}

export interface ScenarioItem {
  id: string;
  title: string;
  description: string;
  category: string;
  difficulty: Difficulty;
  language: string;
  goals: string[];
  estimatedDuration: number;
  practiceCount: number;
  buyerPersona: Persona;
}

export interface Scenario extends ScenarioItem {
  maxTurns: number;
  userHistory: { practiceCount: number } | null;
}

export interface Message {
  id: string;
  role: "user" | "ai" | "system";
  content: string;
  timestamp: string;
  /** 0 is the opening. */
  turn: number;
  /** Where the recording plays it; `null` where it does not. */
  recordingAtMs: number | null;
  recordedMs: number | null;
  /** It was made up for a demonstration. */
  demo: boolean;
}

/** How the persona's answer would have gone on that was cut short. */
export interface Unheard {
  turn: number;
  text: string;
}

/** What a coach whispered to the trainee. */
export interface Hint {
  text: string;
  timestamp: string;
  /** `null` where nobody knows them any more. */
  coachName: string | null;
}

export interface Session {
  id: string;
  userId: string;
  /** `null` where nobody knows them any more. */
  userName: string | null;
  scenarioId: string;
  status: "active" | "completed" | "abandoned";
  startedAt: string;
  completedAt: string | null;
  /** `null` when the scenario is no longer offered. */
  scenario: Omit<Scenario, "userHistory"> | null;
  messages: Message[];
  unheard: Unheard[];
  /** Oldest first. */
  hints: Hint[];
  /** `null` where nothing was spoken. */
  recordingUrl: string | null;
  /** It comes within seconds. */
  recordingPending: boolean;
  feedback: Feedback | null;
  /** `null` until something is said. */
  delivery: Delivery | null;
}

/** How both spoke, measured. */
export interface Delivery {
  unit: "words" | "characters";
  traineeWords: number;
  personaWords: number;
  /** `null` where only one of the two is heard. */
  talk: { traineeMs: number; personaMs: number } | null;
  /** The trainee's words in a minute. */
  pace: number | null;
  /** Between these a listener follows with ease. */
  easyPace: [number, number];
  fillers: { word: string; count: number }[];
  /** The trainee's, within turns; `null` where nobody listened for them. */
  pauses: Silences | null;
  /** Between the persona's voice and the trainee's. */
  replies: Silences | null;
  interruptions: number;
  turns: {
    turn: number;
    traineeMs: number | null;
    personaMs: number | null;
    traineeWords: number;
    personaWords: number;
  }[];
}

export interface Silences {
  count: number;
  medianMs: number;
  longestMs: number;
}

export interface Feedback {
  overallScore: number;
  dimensions: Dimension[];
  summary: string;
  recommendations: string[];
}

export interface Dimension {
  name: string;
  score: number;
  weight: number;
  quote: string;
  /** In which it was said. */
  turn?: number;
  explanation: string;
  suggestions: string[];
}

export interface HistoryItem {
  id: string;
  scenarioId: string;
  startedAt: string;
  completedAt: string | null;
  scenario: { title: string; category: string | null; difficulty: Difficulty | null };
  feedback: { overallScore: number } | null;
  messageCount: number;
}

/** Somebody practises, and a coach may watch. */
export interface LiveSession {
  sessionId: string;
  userName: string;
  scenarioTitle: string;
  startedAt: string;
}

export interface Readiness {
  ready: boolean;
  stopping: boolean;
  dependencies: Record<string, Dependency>;
}

export interface Dependency {
  state: "up" | "down" | "configured" | "off";
  /** How long it took to answer. */
  ms?: number;
  name?: string;
  demo?: boolean;
}

/** Counts are of the server's process, since its start. */
export interface Stats {
  activeSessions: number;
  connections: number;
  turns: number;
  /** Bytes. */
  totalMemory: number;
  uptimeMs: number;
  problems: Record<string, number>;
  latencies: Record<string, { count: number; p50Ms: number | null; p95Ms: number | null }>;
}

export interface Page<Item> {
  items: Item[];
  total: number;
  page: number;
  totalPages: number;
}

export const api = {
  me: () => get<User>("/auth/me"),
  signIn: (email: string, password: string) => enter("/auth/login", { email, password }),
  register: (name: string, email: string, password: string) => enter("/auth/register", { name, email, password }),
  scenarios: () => get<Page<ScenarioItem>>("/scenarios?pageSize=100"),
  scenario: (id: string) => get<Scenario>(`/scenarios/${encodeURIComponent(id)}`),
  /** Whoever signs in without a password needs none. */
  depart: (password: string) =>
    withToken((bearer) => call<undefined>("DELETE", "/auth/profile", bearer, password ? { password } : {})),
  start: (scenarioId: string) => post<Session>("/roleplay/start", { scenarioId }),
  session: (id: string) => get<Session>(`/roleplay/session/${encodeURIComponent(id)}`),
  history: (page: number, pageSize = 20) =>
    get<Page<HistoryItem>>(`/roleplay/history?page=${page}&pageSize=${pageSize}`),
  live: () => get<Page<LiveSession>>("/live?pageSize=100"),
  stats: () => peek<Stats>("/stats"),
  readiness: () => peek<Readiness>("/readyz", 503),
};

export interface SignedIn {
  user: User;
  token: string;
}

const get = <Data>(path: string) => withToken((bearer) => call<Data>("GET", path, bearer));
const post = <Data>(path: string, body: Record<string, unknown>) =>
  withToken((bearer) => call<Data>("POST", path, bearer, body));
const peek = <Data>(path: string, alsoFine?: number) => withToken((bearer) => look<Data>(path, bearer, alsoFine));
/** A wrong password is no sign of a token that is not good any more. */
const enter = (path: string, body: Record<string, unknown>) => call<SignedIn>("POST", path, null, body);
