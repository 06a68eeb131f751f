import type { Connection, Roleplay } from "@repartee/client";
import { useEffect, useRef, useState } from "react";
import { token } from "../access";
import { hasAnother } from "../renewal";

/**
 * A room whose token is not good any more goes on with another one where there is one, with all that was not stored yet.
 * Answers whether there is none.
 */
export function useRenewal(roleplay: Roleplay, connection: Connection): boolean {
  const tried = useRef(false);
  const [inVain, setInVain] = useState(false);
  const { status } = connection;
  const isRefused = status === "closed" && connection.reason === "refused";
  useEffect(() => {
    if (status === "connected") {
      tried.current = false;
      setInVain(false);
    }
    if (!isRefused || tried.current) return;
    tried.current = true;
    hasAnother(token.read())
      .then((found) => (found ? roleplay.client.connect() : setInVain(true)))
      .catch(() => setInVain(true));
  }, [roleplay, status, isRefused]);
  return isRefused && inVain;
}
