/** The server's REST interface, as far as the app uses it. */

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

/** The server answered no; `message` is what it said. Status 0: it could not be reached. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = "ApiError";
    this.status = status;
  }
}

export const api = {
  me: () => get<User>("/auth/me"),
  signIn: (email: string, password: string) => post<SignedIn>("/auth/login", { email, password }),
  register: (name: string, email: string, password: string) =>
    post<SignedIn>("/auth/register", { name, email, password }),
  scenarios: () => get<Page<ScenarioItem>>("/scenarios?pageSize=100"),
  scenario: (id: string) => get<Scenario>(`/scenarios/${encodeURIComponent(id)}`),
  start: (scenarioId: string) => post<Session>("/roleplay/start", { scenarioId }),
  session: (id: string) => get<Session>(`/roleplay/session/${encodeURIComponent(id)}`),
  history: (page: number) => get<Page<HistoryItem>>(`/roleplay/history?page=${page}&pageSize=20`),
  live: () => get<Page<LiveSession>>("/live?pageSize=100"),
  stats: () => look<Stats>("/stats"),
  readiness: () => look<Readiness>("/readyz", 503),
};

export const token = {
  /** Kept where existing front ends keep it, so that both work side by side. */
  read: (): string | null => /(?:^|; )token=([^;]+)/.exec(document.cookie)?.[1] ?? null,
  keep: (token: string) => writeCookie(token, 7 * 24 * 3600),
  forget: () => writeCookie("", 0),
};

interface SignedIn {
  user: User;
  token: string;
}

function writeCookie(value: string, seconds: number): void {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: the cookie store is not in every browser
  document.cookie = `token=${value}; Path=/; Max-Age=${seconds}; SameSite=Lax${secure}`;
}

const get = <Data>(path: string) => call<Data>("GET", path);
const post = <Data>(path: string, body: unknown) => call<Data>("POST", path, body);

async function call<Data>(method: string, path: string, body?: unknown): Promise<Data> {
  const answer = await ask(`/api${path}`, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const envelope: { success?: boolean; data?: Data; error?: string } = await answer.json().catch(() => ({}));
  if (!answer.ok || !envelope.success) throw new ApiError(answer.status, envelope.error ?? answer.statusText);
  return envelope.data as Data;
}

/** What operators look at comes without an envelope; `alsoFine` is a status that has an answer too. */
async function look<Data>(path: string, alsoFine?: number): Promise<Data> {
  const answer = await ask(path, { headers: {} });
  const found: Data | null = await answer.json().catch(() => null);
  if (!found || !(answer.ok || answer.status === alsoFine)) throw new ApiError(answer.status, answer.statusText);
  return found;
}

async function ask(path: string, { headers, ...request }: RequestInit & { headers: Record<string, string> }) {
  const bearer = token.read();
  const signed = bearer ? { ...headers, Authorization: `Bearer ${bearer}` } : headers;
  return fetch(path, { ...request, headers: signed }).catch(() => {
    throw new ApiError(0, "The server cannot be reached");
  });
}
