import type { Connection, Roleplay } from "@repartee/client";
import { useEffect, useRef, useState } from "react";
import { token } from "../access";
import { hasAnother } from "../renewal";

/**
 * A room whose token is not good any more goes on with another one where there is one, with all that was not stored yet;
 * one that nobody could enter yet is entered. Answers whether there is none.
 */
export function useRenewal(roleplay: Roleplay, connection: Connection, enter: () => Promise<void>): boolean {
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
    const goOn = async () => {
      await (roleplay.client.sessionId ? roleplay.client.connect() : enter());
      // Whoever could not enter is told so by the connection alone.
      const { connection } = roleplay.client;
      if (connection.status === "closed" && connection.reason === "refused") setInVain(true);
    };
    hasAnother(token.read())
      .then((found) => (found ? goOn() : setInVain(true)))
      .catch(() => setInVain(true));
  }, [roleplay, enter, status, isRefused]);
  return isRefused && inVain;
}
