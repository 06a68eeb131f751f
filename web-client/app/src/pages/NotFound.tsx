import { Link } from "wouter";
import { useI18n } from "../i18n";
import { buttonStyle } from "../ui/Button";
import { Empty } from "../ui/States";
import { useTitle } from "../use-title";

export function NotFound() {
  const { t } = useI18n();
  useTitle(t.failure.notFoundTitle);
  return (
    <Empty alone title={t.failure.notFoundTitle} hint={t.failure.notFound}>
      <Link href="/" className={buttonStyle("plain")}>
        {t.failure.home}
      </Link>
    </Empty>
  );
}
