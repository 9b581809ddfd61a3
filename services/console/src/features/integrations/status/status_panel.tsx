import { Button } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useOrg } from "../../../api/org";
import { IntegrationBadge } from "../../../ui/badges";
import { ConfirmDialog } from "../../../ui/confirm_dialog";
import { Notice } from "../../../ui/notice";
import { Panel } from "../../../ui/panel";
import { ErrorNotice } from "../../../ui/states";
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
import { integrationName, isBroken, isEnded, needsDecision } from "../labels";
import { CheckList, checkSummary } from "./check_list";
import { MissingScopes } from "./missing_scopes";
import css from "./status.module.css";
import { StatusDetails } from "./status_details";
import { StatusText } from "./status_text";

/** The actions of an admin. Each one first clears the results of the others, which are no longer true. */
function useStatusActions(integration: Integration, reconnect: Reconnect) {
  const org = useOrg();
  const { id, mode } = integration;
  const refresh = useRefresh(org.slug, id);
  const test = useTest(org.slug, id);
  const disconnect = useDisconnect(org.slug, id);
  const [dialog, setDialog] = useState<"reconnect" | "disconnect">();
  const clearResults = () => {
    for (const mutation of [refresh, test, disconnect, reconnect]) mutation.reset();
  };
  const closeDialog = () => setDialog(undefined);
  return {
    refresh,
    test,
    disconnect,
    dialog,
    closeDialog,
    openDisconnect: () => setDialog("disconnect"),
    startRefresh: () => {
      clearResults();
      refresh.mutate();
    },
    startTest: () => {
      clearResults();
      test.mutate();
    },
    startReconnect: () => {
      clearResults();
      if (mode === "internal") setDialog("reconnect");
      else reconnect.mutate({ otherOrganization: "refuse" });
    },
    confirmDisconnect: () => {
      clearResults();
      disconnect.mutate(undefined, { onSuccess: closeDialog });
    },
  };
}

type StatusActions = ReturnType<typeof useStatusActions>;

interface ActionButtonsProps {
  integration: Integration;
  actions: StatusActions;
  reconnectButton: ReactNode;
}

function ActionButtons({ integration, actions, reconnectButton }: ActionButtonsProps) {
  const { credential, mode, sentry_org } = integration;
  const canDisconnect = sentry_org !== null && (credential !== null || !isEnded(integration));
  return (
    <>
      {isBroken(integration) ? null : reconnectButton}
      {credential && mode !== "internal" ? (
        <Button
          variant="default"
          size="xs"
          loading={actions.refresh.isPending}
          onClick={actions.startRefresh}
        >
          Refresh now
        </Button>
      ) : null}
      <Button variant="default" size="xs" loading={actions.test.isPending} onClick={actions.startTest}>
        Test
      </Button>
      {canDisconnect ? (
        <Button variant="default" size="xs" onClick={actions.openDisconnect}>
          Disconnect
        </Button>
      ) : null}
    </>
  );
}

const refreshResult = ({ credential }: Integration) =>
  credential && credential.failed_attempts > 0
    ? "The token was not refreshed. The latest attempt below has the reason."
    : "The token was refreshed.";

function ActionResults({ actions: { refresh, test, disconnect } }: { actions: StatusActions }) {
  return (
    <>
      {refresh.isError ? <ErrorNotice error={refresh.error} onClose={() => refresh.reset()} /> : null}
      {test.isError ? <ErrorNotice error={test.error} onClose={() => test.reset()} /> : null}
      <div role="status" className={shared.dimmed}>
        {refresh.data ? refreshResult(refresh.data) : null}
        {test.data ? `Test: ${checkSummary(test.data.checks)}.` : null}
        {disconnect.isSuccess ? "Disconnected. The tokens were deleted and the mappings are paused." : null}
      </div>
      {test.data ? <CheckList {...test.data} /> : null}
    </>
  );
}

interface StatusPanelProps {
  integration: Integration;
  reconnect: Reconnect;
}

function StatusDialogs({ integration, reconnect, actions }: StatusPanelProps & { actions: StatusActions }) {
  const { dialog, disconnect, closeDialog } = actions;
  const closeAnd = (reset: () => void) => () => {
    closeDialog();
    reset();
  };
  if (dialog === "reconnect")
    return (
      <ReconnectDialog
        name={integrationName(integration)}
        reconnect={reconnect}
        onDone={closeDialog}
        onClose={closeAnd(reconnect.reset)}
      />
    );
  if (dialog === "disconnect" && integration.sentry_org)
    return (
      <ConfirmDialog
        title="Disconnect from Sentry?"
        action="Disconnect"
        confirmation={integration.sentry_org.slug}
        confirmationHint="The slug of the Sentry organization."
        submission={disconnect}
        onConfirm={actions.confirmDisconnect}
        onClose={closeAnd(disconnect.reset)}
      >
        The tokens are deleted immediately. Mappings are paused, and further webhooks open no incidents.
        History is kept: incidents and deliveries can still be viewed. Reconnect restores the mappings.
      </ConfirmDialog>
    );
  return null;
}

/** The status of the integration, its remedy, and the actions of an admin. */
export function StatusPanel({ integration, reconnect }: StatusPanelProps) {
  const isAdmin = useOrg().can("admin");
  const actions = useStatusActions(integration, reconnect);
  const { remedy, status } = integration;
  const offersRepair = isAdmin && isBroken(integration);
  const reconnectButton = (
    <Button
      size="xs"
      variant={isBroken(integration) ? "filled" : "default"}
      loading={isReconnecting(reconnect)}
      onClick={actions.startReconnect}
    >
      Reconnect
    </Button>
  );
  return (
    <Panel
      title="Status"
      actions={
        isAdmin && status !== "pending" ? (
          <ActionButtons integration={integration} actions={actions} reconnectButton={reconnectButton} />
        ) : null
      }
    >
      <div className={shared.stack}>
        <div className={css.status}>
          <IntegrationBadge status={status} />
          <StatusText integration={integration} />
        </div>
        {(remedy && !needsDecision(integration)) || offersRepair ? (
          <Notice tone="hint" title="What to do">
            {remedy}
            {offersRepair ? <div className={shared.remedyActions}>{reconnectButton}</div> : null}
          </Notice>
        ) : null}
        <ActionResults actions={actions} />
        <MissingScopes integration={integration} />
        <StatusDetails integration={integration} />
      </div>
      <StatusDialogs integration={integration} reconnect={reconnect} actions={actions} />
    </Panel>
  );
}
