import { Link } from "wouter";
import { useI18n } from "../i18n";
import { buttonStyle } from "../ui/Button";
import { Empty } from "../ui/States";

export function NotFound() {
  const { t } = useI18n();
  return (
    <Empty alone title={t.failure.notFoundTitle} hint={t.failure.notFound}>
      <Link href="/" className={buttonStyle("plain")}>
        {t.failure.home}
      </Link>
    </Empty>
  );
}
