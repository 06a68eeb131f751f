import { type FormEvent, useId, useState } from "react";
import { guest } from "../access";
import { api, token } from "../api";
import { failureText } from "../failure";
import { useI18n } from "../i18n";
import { Button } from "../ui/Button";
import { Notice } from "../ui/Notice";
import { useTitle } from "../use-title";
import styles from "./SignIn.module.css";

export function SignIn({ onSignedIn }: { onSignedIn: () => void }) {
  const { t } = useI18n();
  useTitle(t.signIn.title);
  const [registering, setRegistering] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  const enter = async (how: () => Promise<{ token: string }>) => {
    setBusy(true);
    setProblem(null);
    try {
      token.keep((await how()).token);
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
    void enter(() =>
      registering
        ? api.register(field("name"), field("email"), field("password"))
        : api.signIn(field("email"), field("password")),
    );
  };

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
        <Button look="primary" disabled={busy} onClick={() => void enter(() => enterAsGuest(t.signIn.guestName))}>
          {t.signIn.guest}
        </Button>
        <p className={styles.hint}>{t.signIn.guestHint}</p>
        <p className={styles.or}>
          <span>{t.signIn.or}</span>
        </p>
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
          <Button type="submit" disabled={busy}>
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
      </section>
    </div>
  );
}

interface FieldProps {
  name: string;
  label: string;
  type?: string;
  autoComplete: string;
  hint?: string | undefined;
  minLength?: number | undefined;
}

function Field({ label, hint, ...input }: FieldProps) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <input id={id} required aria-describedby={hint ? `${id}-hint` : undefined} {...input} />
      {hint && (
        <span id={`${id}-hint`} className={styles.hint}>
          {hint}
        </span>
      )}
    </div>
  );
}

/** An account that nobody has to remember: the browser keeps the way in. */
function enterAsGuest(name: string): Promise<{ token: string }> {
  const { email, password } = guest.invent();
  return api.register(name, email, password);
}
