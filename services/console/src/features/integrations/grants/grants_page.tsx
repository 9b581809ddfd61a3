import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useOrg } from "../../../api/org";
import { ConfirmDialog } from "../../../ui/confirm_dialog";
import { Expiry } from "../../../ui/expiry";
import form from "../../../ui/form.module.css";
import { Page } from "../../../ui/page";
import { Panel } from "../../../ui/panel";
import rows from "../../../ui/rows.module.css";
import { Loaded } from "../../../ui/states";
import { RelativeTime } from "../../../ui/time";
import { IntegrationTabs } from "../integration_tabs";
import { GrantDialog } from "./grant_dialog";
import css from "./grants.module.css";
import { type Grant, grantsQuery, useRevokeGrant } from "./grants_api";
import { approval_labels, operationsText } from "./labels";

function RevokeDialog({ grant, onClose }: { grant: Grant; onClose: () => void }) {
  const org = useOrg();
  const revoke = useRevokeGrant(org.slug, grant.id);
  return (
    <ConfirmDialog
      title={`Revoke ${grant.name}?`}
      action="Revoke"
      submission={revoke}
      onConfirm={() => revoke.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p className={form.text}>
        Calls through this grant are refused immediately. Revoking a grant cannot be undone.
      </p>
    </ConfirmDialog>
  );
}

function GrantRow({ grant, onRevoke }: { grant: Grant; onRevoke: (() => void) | undefined }) {
  const holder = grant.holder.email ?? `API token ${grant.holder.name}`;
  return (
    <li className={rows.row}>
      <div className={rows.main}>
        <div className={rows.name}>{grant.name}</div>
        <div className={css.operationList}>
          {operationsText(grant.operations)}
          {" · "}
          {grant.projects.length === 0 ? "all projects" : `only ${grant.projects.join(", ")}`}
        </div>
        <div className={rows.details}>
          <span>Used by {holder}</span>
          <span>{approval_labels[grant.approval]}</span>
          <span>Up to {grant.per_minute} calls per minute</span>
          {grant.created_by ? <span>Created by {grant.created_by}</span> : null}
          {grant.last_used_at ? (
            <span>
              Last used <RelativeTime at={grant.last_used_at} />
            </span>
          ) : (
            <span>Never used</span>
          )}
          <Expiry at={grant.expires_at} />
        </div>
      </div>
      {onRevoke ? (
        <div className={rows.actions}>
          <Button size="xs" variant="default" aria-label={`Revoke ${grant.name}`} onClick={onRevoke}>
            Revoke
          </Button>
        </div>
      ) : null}
    </li>
  );
}

export function GrantsPage() {
  const org = useOrg();
  const query = useQuery(grantsQuery(org.slug));
  const [isCreating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<Grant>();
  const canChange = org.can("admin");
  return (
    <Page
      title="Grants"
      actions={canChange ? <Button onClick={() => setCreating(true)}>New grant</Button> : undefined}
    >
      <IntegrationTabs />
      <Loaded query={query} rows={3}>
        {(grants) => (
          <Panel title="Who may call Sentry" flush>
            {grants.length === 0 ? (
              <p className={rows.empty}>
                No grants yet. A grant lets a program or a member call Sentry through a connection, without
                Sentry's token.
              </p>
            ) : (
              <ul className={rows.list} aria-label="Grants">
                {grants.map((grant) => (
                  <GrantRow
                    key={grant.id}
                    grant={grant}
                    onRevoke={canChange ? () => setRevoking(grant) : undefined}
                  />
                ))}
              </ul>
            )}
          </Panel>
        )}
      </Loaded>
      {isCreating ? <GrantDialog onClose={() => setCreating(false)} /> : null}
      {revoking ? <RevokeDialog grant={revoking} onClose={() => setRevoking(undefined)} /> : null}
    </Page>
  );
}
