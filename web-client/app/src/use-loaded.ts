import { useCallback, useEffect, useState } from "react";

export type Loaded<Data> =
  | { state: "loading" }
  | { state: "failed"; error: unknown; retry: () => void }
  | { state: "ready"; data: Data };

/** Loads when the component appears and whenever `load` becomes another function. */
export function useLoaded<Data>(load: () => Promise<Data>): Loaded<Data> {
  const [{ by, loaded }, setLatest] = useState<{ by: () => Promise<Data>; loaded: Loaded<Data> }>({
    by: load,
    loaded: LOADING,
  });
  const run = useCallback(() => {
    let wanted = true;
    const keep = (loaded: Loaded<Data>) => wanted && setLatest({ by: load, loaded });
    keep(LOADING);
    load().then(
      (data) => keep({ state: "ready", data }),
      (error: unknown) => keep({ state: "failed", error, retry: run }),
    );
    return () => {
      wanted = false;
    };
  }, [load]);
  useEffect(run, [run]);
  // What another function found must not be shown for as much as a moment.
  return by === load ? loaded : LOADING;
}

const LOADING = { state: "loading" } as const;
