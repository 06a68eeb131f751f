import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { I18nProvider } from "./i18n";
import { reloadForMissingParts } from "./renewed-build";
import { applyTheme, currentTheme } from "./theme";
import "./tokens.css";
import "./base.css";
import { Fallback } from "./ui/Fallback";

applyTheme(currentTheme());
reloadForMissingParts();

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no root");
createRoot(root).render(
  <StrictMode>
    <I18nProvider>
      <Fallback>
        <App />
      </Fallback>
    </I18nProvider>
  </StrictMode>,
);
