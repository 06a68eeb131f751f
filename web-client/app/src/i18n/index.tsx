import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { en, type Texts } from "./en";
import { zhHans } from "./zh-Hans";
import { zhHant } from "./zh-Hant";

export type Locale = "en" | "zh-Hans" | "zh-Hant";

export const locales: { id: Locale; name: string }[] = [
  { id: "en", name: "English" },
  { id: "zh-Hans", name: "简体中文" },
  { id: "zh-Hant", name: "繁體中文" },
];

const texts: Record<Locale, Texts> = { en, "zh-Hans": zhHans, "zh-Hant": zhHant };

interface I18n {
  locale: Locale;
  t: Texts;
  choose: (locale: Locale) => void;
}

const I18nContext = createContext<I18n | null>(null);

export function I18nProvider({ children }: { children: ReactNode }) {
  const [locale, setLocale] = useState(chosen);
  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);
  const value = useMemo(() => {
    const choose = (locale: Locale) => {
      localStorage.setItem(KEY, locale);
      setLocale(locale);
    };
    return { locale, t: texts[locale], choose };
  }, [locale]);
  return <I18nContext value={value}>{children}</I18nContext>;
}

export function useI18n(): I18n {
  const i18n = useContext(I18nContext);
  if (!i18n) throw new Error("there is no I18nProvider above");
  return i18n;
}

/** The name of a language tag such as `nan-TW`, in the language of the page. */
export function languageName(tag: string, locale: Locale): string {
  return (
    texts[locale].languages[tag] ?? new Intl.DisplayNames([locale], { type: "language", style: "short" }).of(tag) ?? tag
  );
}

/** Whether a reader of this page is likely to speak that language. */
export function isOwnLanguage(tag: string, locale: Locale): boolean {
  const { language, script } = new Intl.Locale(tag).maximize();
  if (locale === "en") return language === "en";
  return language === "nan" ? locale === "zh-Hant" : language === "zh" && script === locale.slice(3);
}

const KEY = "repartee.locale";

function chosen(): Locale {
  const kept = localStorage.getItem(KEY);
  const known = locales.find(({ id }) => id === kept);
  if (known) return known.id;
  const wanted = navigator.language.toLowerCase();
  if (!wanted.startsWith("zh")) return "en";
  return /hant|tw|hk|mo/.test(wanted) ? "zh-Hant" : "zh-Hans";
}
