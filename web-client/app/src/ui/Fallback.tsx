import { Component, type ReactNode } from "react";
import { useI18n } from "../i18n";
import { buttonStyle } from "./Button";
import { Failed } from "./States";

/** What is shown where a part of the page could not be; without it nothing would be there at all. */
export class Fallback extends Component<{ children: ReactNode }, { error: unknown }> {
  override state = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render(): ReactNode {
    return this.state.error === null ? this.props.children : <WayOut error={this.state.error} />;
  }
}

function WayOut({ error }: { error: unknown }) {
  const { t } = useI18n();
  return (
    <Failed alone error={error} retry={() => location.reload()}>
      <a href="/" className={buttonStyle("quiet")}>
        {t.failure.home}
      </a>
    </Failed>
  );
}
