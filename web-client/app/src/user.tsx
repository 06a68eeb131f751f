import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";
import { useLocation } from "wouter";
import { guest, lastInside, token } from "./access";
import { ApiError, api, type User } from "./api";
import { SignIn } from "./pages/SignIn";
import { hasAnother, lapsed } from "./renewal";
import { Shell } from "./shell/Shell";
import { Failed, Waiting } from "./ui/States";
import { useLoaded } from "./use-loaded";

export interface Account {
  user: User;
  signOut: () => void;
  /** The account is deleted, and whoever had it is told so. */
  depart: () => void;
}

/** Why somebody stands in front of the door who was inside before. */
export type Left = "signed-out" | "departed" | "lapsed";

const AccountContext = createContext<Account | null>(null);

/** Shows what is inside to somebody who is signed in, and the way in, at the same address, to everybody else. */
export function Doorway({ children }: { children: ReactNode }) {
  const [entered, setEntered] = useState(0);
  const [left, setLeft] = useState<Left | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: signing in asks again who it is
  const who = useCallback(() => currentUser(), [entered]);
  const loaded = useLoaded(who);
  const hasLapsed = useSyncExternalStore(lapsed.subscribe, lapsed.get);
  const [, go] = useLocation();
  useEffect(() => {
    if (hasLapsed) setLeft("lapsed");
  }, [hasLapsed]);

  const onSignedIn = () => {
    lapsed.set(false);
    setLeft(null);
    setEntered((count) => count + 1);
  };
  const user = loaded.state === "ready" && !left && !hasLapsed ? loaded.data : null;
  const account = useMemo(() => {
    const leave = (as: Left) => {
      if (user && guest.keptFor(user)) guest.forget();
      token.forget();
      setLeft(as);
    };
    const depart = () => {
      leave("departed");
      go("/");
    };
    return user && { user, signOut: () => leave("signed-out"), depart };
  }, [user, go]);

  const inside = () => {
    if (account) return children;
    if (left || hasLapsed) return <SignIn left={left ?? "lapsed"} onSignedIn={onSignedIn} />;
    if (loaded.state === "loading") return <Waiting />;
    if (loaded.state === "failed") return <Failed alone error={loaded.error} retry={loaded.retry} />;
    return <SignIn left={null} onSignedIn={onSignedIn} />;
  };
  return (
    <AccountContext value={account}>
      <Shell>{inside()}</Shell>
    </AccountContext>
  );
}

/** Who is signed in; `null` in front of the door. */
export function useAccount(): Account | null {
  return useContext(AccountContext);
}

async function currentUser(): Promise<User | null> {
  if (!token.read() && !(await hasAnother(null))) return null;
  try {
    const user = await api.me();
    lastInside.keep(user);
    return user;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}
