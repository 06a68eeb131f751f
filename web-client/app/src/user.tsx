import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import { ApiError, api, token, type User } from "./api";
import { SignIn } from "./pages/SignIn";
import { Shell } from "./shell/Shell";
import { Failed, Waiting } from "./ui/States";
import { useLoaded } from "./use-loaded";

interface Account {
  user: User;
  signOut: () => void;
}

const AccountContext = createContext<Account | null>(null);

/** Shows what is inside to somebody who is signed in, and the way in to everybody else. */
export function Doorway({ children }: { children: ReactNode }) {
  const [entered, setEntered] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: signing in or out asks again who it is
  const who = useCallback(() => currentUser(), [entered]);
  const loaded = useLoaded(who);
  const changed = useCallback(() => setEntered((count) => count + 1), []);
  const user = loaded.state === "ready" ? loaded.data : null;
  const account = useMemo(() => {
    const signOut = () => {
      token.forget();
      changed();
    };
    return user && { user, signOut };
  }, [user, changed]);

  const inside = () => {
    if (loaded.state === "loading") return <Waiting />;
    if (loaded.state === "failed") return <Failed alone error={loaded.error} retry={loaded.retry} />;
    return account ? children : <SignIn onSignedIn={changed} />;
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
  if (!token.read()) return null;
  try {
    return await api.me();
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    token.forget();
    return null;
  }
}
