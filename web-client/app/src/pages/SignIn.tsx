import { Check, KeyRound } from "lucide-react";
import { type FormEvent, useState } from "react";
import { guest, token } from "../access";
import { api } from "../api";
import { failureText } from "../failure";
import { useI18n } from "../i18n";
import { keepGuest } from "../renewal";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import { Notice } from "../ui/Notice";
import { useTitle } from "../use-title";
import type { Left } from "../user";
import styles from "./SignIn.module.css";

interface SignInProps {
  left: Left | null;
  onSignedIn: () => void;
}

export function SignIn({ left, onSignedIn }: SignInProps) {
  const { t } = useI18n();
  useTitle(t.signIn.title);
  const [registering, setRegistering] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  const enter = async (how: () => Promise<void>) => {
    setBusy(true);
    setProblem(null);
    try {
      await how();
      onSignedIn();
    } catch (error) {
      setProblem(failureText(error, t));
      setBusy(false);
    }
  };

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const field = (name: string) => String(form.get(name) ?? "");
    void enter(async () => {
      const entered = registering
        ? await api.register(field("name"), field("email"), field("password"))
        : await api.signIn(field("email"), field("password"));
      token.keep(entered.token);
    });
  };

  const asGuest = (
    <>
      <Button
        look={left === "lapsed" ? "plain" : "primary"}
        disabled={busy}
        onClick={() => void enter(() => enterAsGuest(t.signIn.guestName))}
      >
        {t.signIn.guest}
      </Button>
      <p className={styles.hint}>{t.signIn.guestHint}</p>
    </>
  );
  const or = (
    <p className={styles.or}>
      <span>{t.signIn.or}</span>
    </p>
  );

  return (
    <div className={styles.page}>
      <section className={styles.pitch}>
        <h1>{t.signIn.pitchTitle}</h1>
        <p>{t.signIn.pitch}</p>
        <ol className={styles.sample} aria-hidden="true">
          {t.signIn.sample.map(({ who, text }) => (
            <li key={text} data-who={who}>
              {text}
            </li>
          ))}
        </ol>
      </section>
      <section className={styles.card} aria-labelledby="sign-in">
        {left === "lapsed" && (
          <Notice look="warn" icon={<KeyRound size={20} aria-hidden="true" />}>
            {t.signIn.lapsed}
          </Notice>
        )}
        {left === "departed" && (
          <Notice look="calm" icon={<Check size={20} aria-hidden="true" />}>
            {t.signIn.departed}
          </Notice>
        )}
        {left !== "lapsed" && (
          <>
            {asGuest}
            {or}
          </>
        )}
        <h2 id="sign-in">{registering ? t.signIn.registerTitle : t.signIn.title}</h2>
        <form onSubmit={submit} className={styles.form}>
          {registering && <Field name="name" label={t.signIn.name} autoComplete="name" />}
          <Field name="email" type="email" label={t.signIn.email} autoComplete="email" />
          <Field
            name="password"
            type="password"
            label={t.signIn.password}
            autoComplete={registering ? "new-password" : "current-password"}
            hint={registering ? t.signIn.passwordHint : undefined}
            minLength={registering ? 8 : undefined}
          />
          {problem && <Notice look="bad">{problem}</Notice>}
          <Button type="submit" look={left === "lapsed" ? "primary" : "plain"} disabled={busy}>
            {registering ? t.signIn.registerSubmit : t.signIn.submit}
          </Button>
        </form>
        <Button
          look="quiet"
          onClick={() => {
            setRegistering(!registering);
            setProblem(null);
          }}
        >
          {registering ? t.signIn.toSignIn : t.signIn.toRegister}
        </Button>
        {left === "lapsed" && (
          <>
            {or}
            {asGuest}
          </>
        )}
      </section>
    </div>
  );
}

/** An account that nobody has to remember: the browser keeps the way in. */
async function enterAsGuest(name: string): Promise<void> {
  const kept = guest.read();
  const { email, password } = kept ?? guest.invent();
  const entered = kept ? await api.signIn(email, password) : await api.register(name, email, password);
  keepGuest({ email, password }, entered.token);
}
