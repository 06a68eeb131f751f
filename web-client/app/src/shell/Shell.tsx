import { WifiOff } from "lucide-react";
import { type ReactNode, useEffect, useRef, useSyncExternalStore } from "react";
import { Link, useLocation, useRoute } from "wouter";
import { useI18n } from "../i18n";
import { mayCoach, mayOperate } from "../roles";
import { Notice } from "../ui/Notice";
import { useAccount } from "../user";
import { AccountMenu } from "./AccountMenu";
import { Logo } from "./Logo";
import { PreferencesMenu } from "./PreferencesMenu";
import styles from "./Shell.module.css";

/** The frame around every page. */
export function Shell({ children }: { children: ReactNode }) {
  const { t } = useI18n();
  const account = useAccount();
  const content = useRef<HTMLElement>(null);
  const [place] = useLocation();
  const isInside = account !== null;
  const before = useRef({ place, isInside });
  useEffect(() => {
    const isNew = before.current.place !== place;
    // What whoever leaves had the focus on goes with the menu.
    const hasLeft = before.current.isInside && !isInside;
    // A new page begins at its top, for readers by eye and by ear alike.
    if (isNew || hasLeft) content.current?.focus();
    before.current = { place, isInside };
  }, [place, isInside]);
  const online = useSyncExternalStore(watchNetwork, () => navigator.onLine);
  return (
    <>
      <a className={styles.skip} href="#content">
        {t.skipToContent}
      </a>
      <header className={styles.header}>
        <Link href="/" className={styles.brand} aria-label={t.product}>
          <Logo />
          <span aria-hidden="true">{t.product}</span>
        </Link>
        {account && (
          <nav className={styles.nav} aria-label={t.menu.main}>
            <Place href="/">{t.menu.scenarios}</Place>
            <Place href="/history">{t.menu.history}</Place>
            {mayCoach(account.user) && <Place href="/live">{t.menu.live}</Place>}
            {mayOperate(account.user) && <Place href="/operations">{t.menu.operations}</Place>}
          </nav>
        )}
        <div className={styles.tools}>
          <PreferencesMenu />
          {account && <AccountMenu account={account} />}
        </div>
      </header>
      {!online && (
        <div className={styles.offline}>
          <Notice look="warn" icon={<WifiOff size={20} aria-hidden="true" />}>
            {t.offline}
          </Notice>
        </div>
      )}
      <main ref={content} id="content" className={styles.main} tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

function Place({ href, children }: { href: string; children: ReactNode }) {
  const [here] = useRoute(href);
  return (
    <Link href={href} className={styles.place} aria-current={here ? "page" : undefined}>
      {children}
    </Link>
  );
}

function watchNetwork(changed: () => void): () => void {
  addEventListener("online", changed);
  addEventListener("offline", changed);
  return () => {
    removeEventListener("online", changed);
    removeEventListener("offline", changed);
  };
}
