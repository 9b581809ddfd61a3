import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import css from "./tabs.module.css";

/** The links between the pages of a section. */
export const Tabs = ({ label, children }: { label: string; children: ReactNode }) => (
  <nav aria-label={label} className={css.tabs}>
    {children}
  </nav>
);

interface TabProps {
  to:
    | "/o/$org/integrations"
    | "/o/$org/integrations/unmapped"
    | "/o/$org/integrations/setup"
    | "/o/$org/integrations/grants"
    | "/o/$org/integrations/approvals"
    | "/o/$org/people"
    | "/o/$org/people/tokens"
    | "/o/$org/people/settings"
    | "/o/$org/people/audit";
  org: string;
  children: ReactNode;
}

export const Tab = ({ to, org, children }: TabProps) => (
  <Link
    to={to}
    params={{ org }}
    className={css.tab ?? ""}
    activeOptions={{ exact: true, includeSearch: false }}
  >
    {children}
  </Link>
);
