import { Button, Code } from "@mantine/core";
import { useState } from "react";
import { useOrg } from "../../../api/org";
import { IntegrationBadge } from "../../../ui/badges";
import { Facts } from "../../../ui/facts";
import { Notice } from "../../../ui/notice";
import { Panel } from "../../../ui/panel";
import { Refusal } from "../../../ui/states";
import { Moment } from "../../../ui/time";
import { ReconnectDialog } from "../connect/reconnect_dialog";
import {
  type Integration,
  isReconnecting,
  type Reconnect,
  useDisconnect,
  useRefresh,
  useTest,
} from "../integration_api";
import shared from "../integrations.module.css";
import { hostOf, integrationName, isAsking, isBroken, isEnded, stateText } from "../labels";
import { words } from "../modes";
import { CheckList, checkSummary } from "./check_list";
import { DisconnectDialog } from "./disconnect_dialog";
import { MissingScopes } from "./missing_scopes";
import css from "./status.module.css";

const refreshed = ({ credential }: Integration) =>
  credential && credential.failed_attempts > 0
    ? "The token was not refreshed; the attempt below says why."
    : "The token was refreshed.";

function StatusFacts({ integration }: { integration: Integration }) {
  const { credential, last_delivery_at } = integration;
  return (
    <Facts
      items={{
        "Sentry organization": integration.sentry_org?.slug,
        "Sentry organization's id": integration.sentry_org?.id,
        At: integration.sentry_url ? hostOf(integration.sentry_url) : null,
        Kind: words[integration.mode].name,
        "Last delivery": last_delivery_at ? <Moment at={last_delivery_at} /> : "none yet",
        "Token expires": credential ? (
          credential.expires_at ? (
            <Moment at={credential.expires_at} />
          ) : (
            "never"
          )
        ) : null,
        "Next refresh": credential?.next_refresh_at ? <Moment at={credential.next_refresh_at} /> : null,
        "Last refreshed": credential?.refreshed_at ? <Moment at={credential.refreshed_at} /> : null,
        "Failed attempts": credential && credential.failed_attempts > 0 ? credential.failed_attempts : null,
        "Last error": credential?.last_error,
        Scopes: integration.scopes.length > 0 ? integration.scopes.join(" ") : null,
        Installation: integration.installation_id ? <Code>{integration.installation_id}</Code> : null,
        "Webhook address":
          integration.mode === "public" && integration.webhook_url ? (
            <Code>{integration.webhook_url}</Code>
          ) : null,
      }}
    />
  );
}

interface StatusPanelProps {
  integration: Integration;
  reconnect: Reconnect;
}

/** How the connection is, and what an admin can do about it. */
export function StatusPanel({ integration, reconnect }: StatusPanelProps) {
  const org = useOrg();
  const { id, credential, remedy, sentry_org } = integration;
  const [disconnecting, setDisconnecting] = useState(false);
  const [pasting, setPasting] = useState(false);
  const refresh = useRefresh(org.slug, id);
  const test = useTest(org.slug, id);
  const disconnect = useDisconnect(org.slug, id);

  const admin = org.can("admin");
  const begun = integration.status !== "pending";
  const broken = isBroken(integration);
  const stoppable = begun && sentry_org !== null && (credential !== null || !isEnded(integration));
  /** What an earlier action said is no longer true after the next. */
  const forget = () => {
    refresh.reset();
    test.reset();
    disconnect.reset();
    reconnect.reset();
  };
  const confirmDisconnect = () => {
    forget();
    disconnect.mutate(undefined, { onSuccess: () => setDisconnecting(false) });
  };
  const reconnectButton = (
    <Button
      size="xs"
      variant={broken ? "filled" : "default"}
      loading={isReconnecting(reconnect)}
      onClick={() => {
        forget();
        if (integration.mode === "internal") setPasting(true);
        else reconnect.mutate({ others: "refused" });
      }}
    >
      Reconnect
    </Button>
  );
  return (
    <Panel
      title="Status"
      actions={
        admin && begun ? (
          <>
            {broken ? null : reconnectButton}
            {credential && integration.mode !== "internal" ? (
              <Button
                variant="default"
                size="xs"
                loading={refresh.isPending}
                onClick={() => {
                  forget();
                  refresh.mutate();
                }}
              >
                Refresh now
              </Button>
            ) : null}
            <Button
              variant="default"
              size="xs"
              loading={test.isPending}
              onClick={() => {
                forget();
                test.mutate();
              }}
            >
              Test
            </Button>
            {stoppable ? (
              <Button variant="default" size="xs" onClick={() => setDisconnecting(true)}>
                Disconnect
              </Button>
            ) : null}
          </>
        ) : null
      }
    >
      <div className={shared.stack}>
        <div className={css.status}>
          <IntegrationBadge status={integration.status} />
          <span>
            {stateText(integration)} for <Moment at={integration.status_since} age />
          </span>
        </div>
        {(remedy && !isAsking(integration)) || (admin && broken) ? (
          <Notice tone="hint" title="What to do">
            {remedy}
            {admin && broken ? <div className={shared.remedyActions}>{reconnectButton}</div> : null}
          </Notice>
        ) : null}
        {refresh.isError ? <Refusal error={refresh.error} onClose={() => refresh.reset()} /> : null}
        {test.isError ? <Refusal error={test.error} onClose={() => test.reset()} /> : null}
        <div role="status" className={shared.dimmed}>
          {refresh.data ? refreshed(refresh.data) : null}
          {test.data ? `Test: ${checkSummary(test.data.checks)}.` : null}
          {disconnect.isSuccess ? "Disconnected. The tokens are deleted, the mappings are paused." : null}
        </div>
        {test.data ? <CheckList {...test.data} /> : null}
        <MissingScopes integration={integration} />
        <StatusFacts integration={integration} />
      </div>
      {pasting ? (
        <ReconnectDialog
          name={integrationName(integration)}
          reconnect={reconnect}
          onDone={() => setPasting(false)}
          onClose={() => {
            setPasting(false);
            reconnect.reset();
          }}
        />
      ) : null}
      {disconnecting && sentry_org ? (
        <DisconnectDialog
          slug={sentry_org.slug}
          disconnect={disconnect}
          onConfirm={confirmDisconnect}
          onClose={() => {
            setDisconnecting(false);
            disconnect.reset();
          }}
        />
      ) : null}
    </Panel>
  );
}
