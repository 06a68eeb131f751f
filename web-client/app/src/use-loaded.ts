import { useCallback, useEffect, useState } from "react";

export type Loaded<Data> =
  | { state: "loading" }
  | { state: "failed"; error: unknown; retry: () => void }
  | { state: "ready"; data: Data };

/** Loads when the component appears and whenever `load` becomes another function. */
export function useLoaded<Data>(load: () => Promise<Data>): Loaded<Data> {
  const [loaded, setLoaded] = useState<Loaded<Data>>({ state: "loading" });
  const run = useCallback(() => {
    let wanted = true;
    setLoaded({ state: "loading" });
    load().then(
      (data) => wanted && setLoaded({ state: "ready", data }),
      (error: unknown) => wanted && setLoaded({ state: "failed", error, retry: run }),
    );
    return () => {
      wanted = false;
    };
  }, [load]);
  useEffect(run, [run]);
  return loaded;
}
