import { useEffect, useState } from "react";
import { api, type Session } from "../api";

const AGAIN_MS = 1500;
const MOST_TRIES = 30;

/** The session as it was loaded, and again once its recording is made. */
export function useRecorded(loaded: Session): Session {
  const [{ session, tries }, setLatest] = useState({ session: loaded, tries: 0 });
  const waiting = session.recordingPending && tries < MOST_TRIES;
  useEffect(() => {
    if (!waiting) return;
    const keep = (session: Session) => setLatest({ session, tries: tries + 1 });
    const timer = setTimeout(() => api.session(session.id).then(keep, () => keep(session)), AGAIN_MS);
    return () => clearTimeout(timer);
  }, [waiting, session, tries]);
  return waiting ? session : { ...session, recordingPending: false };
}
