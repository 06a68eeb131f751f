import { useEffect } from "react";
import { useI18n } from "./i18n";

/** The page's name in the tab, and in the list of tabs that a screen reader reads. */
export function useTitle(title: string): void {
  const { t } = useI18n();
  useEffect(() => {
    document.title = `${title} · ${t.product}`;
  }, [title, t]);
}
