import { RelativeTime } from "../../../ui/time";
import type { Integration } from "../integration_api";
import { statusInfo } from "../labels";

/** "Healthy for 2m", "Uninstalled in Sentry 2m ago", "Token refresh failing for 2m, retrying" */
export function StatusText({ integration }: { integration: Integration }) {
  const { text, note, isEvent = false } = statusInfo(integration);
  return (
    <span>
      {text} {isEvent ? "" : "for "}
      <RelativeTime at={integration.status_since} age={!isEvent} />
      {note ? `, ${note}` : null}
    </span>
  );
}
