import { useEffect, useState } from "react";
import type { Loaded } from "./use-loaded";

/** Loads again and again; what was found last is shown until the next answer. */
export function usePolled<Data>(load: () => Promise<Data>, everyMs: number): Loaded<Data> {
  const [loaded, setLoaded] = useState<Loaded<Data>>({ state: "loading" });
  useEffect(() => {
    let wanted = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const run = async () => {
      clearTimeout(timer);
      const found = await load().then(
        (data): Loaded<Data> => ({ state: "ready", data }),
        (error: unknown): Loaded<Data> => ({ state: "failed", error, retry: () => void run() }),
      );
      if (!wanted) return;
      setLoaded(found);
      timer = setTimeout(run, everyMs);
    };
    void run();
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [load, everyMs]);
  return loaded;
}
