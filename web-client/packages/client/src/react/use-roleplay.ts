import { useEffect, useState, useSyncExternalStore } from "react";
import { Roleplay, type RoleplayOptions } from "../roleplay.js";
import type { Store } from "../store.js";

/** One conversation for as long as the component lives. The options of the first render count. */
export function useRoleplay(options: RoleplayOptions): Roleplay {
  const [roleplay] = useState(() => new Roleplay(options));
  useEffect(() => () => void roleplay.leave(), [roleplay]);
  return roleplay;
}

export function useStore<Value>(store: Store<Value>): Value {
  return useSyncExternalStore(store.subscribe, store.get, store.get);
}
