import { Code } from "@mantine/core";
import { DetailList } from "../../../ui/detail_list";
import { RelativeTime } from "../../../ui/time";
import type { Integration } from "../integration_api";
import { hostOf } from "../labels";
import { mode_texts } from "../modes";

function credentialDetails(credential: Integration["credential"]) {
  if (credential === null) return {};
  const { expires_at, next_refresh_at, refreshed_at, failed_attempts, last_error } = credential;
  return {
    "Token expires": expires_at ? <RelativeTime at={expires_at} /> : "Never",
    "Next refresh": next_refresh_at ? <RelativeTime at={next_refresh_at} /> : null,
    "Last refreshed": refreshed_at ? <RelativeTime at={refreshed_at} /> : null,
    "Failed attempts": failed_attempts > 0 ? failed_attempts : null,
    "Last error": last_error,
  };
}

export function StatusDetails({ integration }: { integration: Integration }) {
  const { mode, sentry_org, sentry_url, last_delivery_at, scopes, installation_id, webhook_url } =
    integration;
  return (
    <DetailList
      items={{
        "Sentry organization": sentry_org?.slug,
        "Sentry organization ID": sentry_org?.id,
        "Sentry host": sentry_url ? hostOf(sentry_url) : null,
        Type: mode_texts[mode].name,
        "Last delivery": last_delivery_at ? <RelativeTime at={last_delivery_at} /> : "None yet",
        ...credentialDetails(integration.credential),
        Scopes: scopes.length > 0 ? scopes.join(" ") : null,
        Installation: installation_id ? <Code>{installation_id}</Code> : null,
        "Webhook URL": mode === "public" && webhook_url ? <Code>{webhook_url}</Code> : null,
      }}
    />
  );
}
