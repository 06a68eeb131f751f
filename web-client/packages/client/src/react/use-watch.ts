import { useEffect, useState } from "react";
import type { RealtimeClientOptions } from "../realtime-client.js";
import { Watch } from "../watch.js";

/** One watched session for as long as the component lives. The options of the first render count. */
export function useWatch(options: RealtimeClientOptions): Watch {
  const [watch] = useState(() => new Watch(options));
  useEffect(() => () => watch.leave(), [watch]);
  return watch;
}
