import { Button, Code } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useOrg } from "../../api/org";
import { token_roles, token_scopes } from "../../api/vocabulary";
import { ConfirmDialog } from "../../ui/confirm_dialog";
import { Expiry } from "../../ui/expiry";
import { Page } from "../../ui/page";
import { Panel } from "../../ui/panel";
import rows from "../../ui/rows.module.css";
import { Loaded } from "../../ui/states";
import { RelativeTime } from "../../ui/time";
import css from "./people.module.css";
import { type Token, tokensQuery, useRevokeToken } from "./people_api";
import { PeopleTabs } from "./people_tabs";
import { TokenDialog } from "./token_dialog";

function RevokeDialog({ token, onClose }: { token: Token; onClose: () => void }) {
  const org = useOrg();
  const revoke = useRevokeToken(org.slug, token.id);
  return (
    <ConfirmDialog
      title={`Revoke ${token.name}?`}
      action="Revoke"
      submission={revoke}
      onConfirm={() => revoke.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p className={css.text}>
        Requests with this token are refused immediately. Revoking a token cannot be undone.
      </p>
    </ConfirmDialog>
  );
}

function TokenRow({ token, onRevoke }: { token: Token; onRevoke: () => void }) {
  return (
    <li className={rows.row}>
      <div className={rows.main}>
        <div className={rows.name}>{token.name}</div>
        <div className={rows.details}>
          <Code>{token.prefix}…</Code>
          <span>{token_roles[token.role].label}</span>
          {token.scopes.map((scope) => (
            <span key={scope} title={token_scopes[scope]}>
              {scope}
            </span>
          ))}
          {token.created_by ? <span>Created by {token.created_by}</span> : null}
          <span>
            Created <RelativeTime at={token.created_at} />
          </span>
          {token.last_used_at ? (
            <span>
              Last used <RelativeTime at={token.last_used_at} />
            </span>
          ) : (
            <span>Never used</span>
          )}
          <Expiry at={token.expires_at} />
        </div>
      </div>
      <div className={rows.actions}>
        <Button size="xs" variant="default" aria-label={`Revoke ${token.name}`} onClick={onRevoke}>
          Revoke
        </Button>
      </div>
    </li>
  );
}

export function TokensPage() {
  const org = useOrg();
  const query = useQuery(tokensQuery(org.slug));
  const [isCreating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<Token>();
  return (
    <Page
      title="API tokens"
      actions={org.can("admin") ? <Button onClick={() => setCreating(true)}>New token</Button> : undefined}
    >
      <PeopleTabs />
      <Loaded query={query} rows={3}>
        {(tokens) => (
          <Panel title="Tokens" flush>
            {tokens.length === 0 ? (
              <p className={rows.empty}>
                No tokens yet. A token lets a script or another system use the API of this organization.
              </p>
            ) : (
              <ul className={rows.list} aria-label="API tokens">
                {tokens.map((token) => (
                  <TokenRow key={token.id} token={token} onRevoke={() => setRevoking(token)} />
                ))}
              </ul>
            )}
          </Panel>
        )}
      </Loaded>
      {isCreating ? <TokenDialog onClose={() => setCreating(false)} /> : null}
      {revoking ? <RevokeDialog token={revoking} onClose={() => setRevoking(undefined)} /> : null}
    </Page>
  );
}
