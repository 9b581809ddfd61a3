import { CheckBadge } from "../../../ui/badges";
import { Moment } from "../../../ui/time";
import type { Check } from "../integration_api";
import shared from "../integrations.module.css";
import css from "./status.module.css";

const names: Record<Check["name"], string> = {
  token: "Token",
  scopes: "Scopes",
  organization: "Sentry organization",
  webhooks: "Webhooks",
  mappings: "Mappings",
};

/** "3 passed, 1 warning, 1 failed" */
export function checkSummary(checks: readonly Check[]): string {
  const count = (wanted: Check["outcome"]) => checks.filter(({ outcome }) => outcome === wanted).length;
  const [passed, warnings, failed] = [count("passed"), count("warning"), count("failed")];
  return [
    passed > 0 ? `${passed} passed` : "",
    warnings > 0 ? `${warnings} ${warnings === 1 ? "warning" : "warnings"}` : "",
    failed > 0 ? `${failed} failed` : "",
  ]
    .filter(Boolean)
    .join(", ");
}

export function CheckList({ checks, at }: { checks: readonly Check[]; at: string }) {
  return (
    <div className={css.testResult}>
      <div className={shared.dimmed}>
        Tested <Moment at={at} />
      </div>
      <ul className={css.checks} aria-label="Checks">
        {checks.map(({ name, outcome, detail }) => (
          <li key={name}>
            <CheckBadge outcome={outcome} />
            <strong>{names[name] ?? name}</strong>
            <span className={css.detail}>{detail}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
