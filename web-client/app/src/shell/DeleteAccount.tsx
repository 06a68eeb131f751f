import { type FormEvent, type RefObject, useId, useState } from "react";
import { guest } from "../access";
import { api, type User } from "../api";
import { failureText } from "../failure";
import { useI18n } from "../i18n";
import { mayCoach } from "../roles";
import { Confirm } from "../ui/Confirm";
import { Field } from "../ui/Field";
import { Notice } from "../ui/Notice";
import styles from "./DeleteAccount.module.css";

interface DeleteAccountProps {
  user: User;
  onDeleted: () => void;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  from: RefObject<HTMLElement | null>;
}

/** Says what goes, and asks for the password where somebody knows one. */
export function DeleteAccount({ user, onDeleted, open, onOpenChange, from }: DeleteAccountProps) {
  const { t } = useI18n();
  const form = useId();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const kept = guest.keptFor(user)?.password;

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = String(new FormData(event.currentTarget).get("password") ?? "");
    setBusy(true);
    setProblem(null);
    try {
      await api.depart(kept ?? typed);
      onDeleted();
    } catch (error) {
      setProblem(failureText(error, t));
      setBusy(false);
    }
  };

  return (
    <Confirm
      open={open}
      onOpenChange={(open) => {
        if (busy) return;
        setProblem(null);
        onOpenChange(open);
      }}
      from={from}
      title={t.account.deleteTitle}
      text={t.account.deleteText}
      cancel={t.account.keep}
      confirm={busy ? t.account.deleting : t.account.deleteConfirm}
      look="danger"
      busy={busy}
      form={form}
    >
      <ul className={styles.what}>
        {t.account.deleted.map((what) => (
          <li key={what}>{what}</li>
        ))}
        {mayCoach(user) && <li>{t.account.deletedOfCoach}</li>}
      </ul>
      <form id={form} className={styles.form} onSubmit={(event) => void submit(event)}>
        {kept === undefined && (
          <Field
            name="password"
            type="password"
            label={t.account.password}
            hint={t.account.passwordHint}
            autoComplete="current-password"
            required={false}
          />
        )}
        {problem && <Notice look="bad">{problem}</Notice>}
      </form>
    </Confirm>
  );
}
