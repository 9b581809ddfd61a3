import { CheckBadge } from "../../../ui/badges";
import { formatCount } from "../../../ui/format";
import { RelativeTime } from "../../../ui/time";
import type { Check } from "../integration_api";
import shared from "../integrations.module.css";
import css from "./status.module.css";

const check_labels: Record<Check["name"], string> = {
  token: "Token",
  scopes: "Scopes",
  organization: "Sentry organization",
  webhooks: "Webhooks",
  mappings: "Mappings",
};

/** "3 passed, 1 warning, 1 failed" */
export function checkSummary(checks: readonly Check[]): string {
  const countOf = (wanted: Check["outcome"]) => checks.filter(({ outcome }) => outcome === wanted).length;
  const [passed, warnings, failed] = [countOf("passed"), countOf("warning"), countOf("failed")];
  return [
    passed > 0 ? `${passed} passed` : "",
    warnings > 0 ? formatCount(warnings, "warning") : "",
    failed > 0 ? `${failed} failed` : "",
  ]
    .filter(Boolean)
    .join(", ");
}

export function CheckList({ checks, at }: { checks: readonly Check[]; at: string }) {
  return (
    <div className={css.testResult}>
      <div className={shared.dimmed}>
        Tested <RelativeTime at={at} />
      </div>
      <ul className={css.checks} aria-label="Checks">
        {checks.map(({ name, outcome, detail }) => (
          <li key={name}>
            <CheckBadge outcome={outcome} />
            <strong>{check_labels[name] ?? name}</strong>
            <span className={css.detail}>{detail}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
