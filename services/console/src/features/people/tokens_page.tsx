import { Button, Code } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useOrg } from "../../api/org";
import { useNow } from "../../ui/clock";
import { Confirm } from "../../ui/confirm";
import { Page } from "../../ui/page";
import { Panel } from "../../ui/panel";
import rows from "../../ui/rows.module.css";
import { Loaded } from "../../ui/states";
import { Moment } from "../../ui/time";
import css from "./people.module.css";
import { type Token, tokensQuery, useRevoke } from "./people_api";
import { PeopleSections } from "./people_sections";
import { TokenDialog } from "./token_dialog";

function RevokeDialog({ token, onClose }: { token: Token; onClose: () => void }) {
  const org = useOrg();
  const revoke = useRevoke(org.slug, token.id);
  return (
    <Confirm
      title={`Revoke ${token.name}?`}
      label="Revoke"
      work={revoke}
      onConfirm={() => revoke.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p className={css.text}>Whatever uses it is refused from this moment on. It cannot be brought back.</p>
    </Confirm>
  );
}

function TokenRow({ token, onRevoke }: { token: Token; onRevoke: () => void }) {
  const now = useNow();
  const { expires_at, last_used_at } = token;
  const over = expires_at !== null && Date.parse(expires_at) <= now;
  return (
    <li className={rows.row}>
      <div className={rows.what}>
        <div className={rows.name}>{token.name}</div>
        <div className={rows.facts}>
          <Code>{token.prefix}…</Code>
          <span>as {token.role}</span>
          {token.created_by ? <span>by {token.created_by}</span> : null}
          <span>
            made <Moment at={token.created_at} />
          </span>
          <span>
            {last_used_at ? (
              <>
                used <Moment at={last_used_at} />
              </>
            ) : (
              "never used"
            )}
          </span>
          <span className={over ? css.late : undefined}>
            {expires_at ? (
              <>
                {over ? "ran out " : "runs out "}
                <Moment at={expires_at} />
              </>
            ) : (
              "does not run out"
            )}
          </span>
        </div>
      </div>
      <div className={css.actions}>
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
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<Token>();
  return (
    <Page
      title="API tokens"
      actions={org.can("admin") ? <Button onClick={() => setMaking(true)}>New token</Button> : undefined}
    >
      <PeopleSections />
      <Loaded query={query} rows={3}>
        {(tokens) => (
          <Panel title="Tokens" flush>
            {tokens.length === 0 ? (
              <p className={css.nothing}>
                There are none. A token lets a script or another system use the API of this organization.
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
      {making ? <TokenDialog onClose={() => setMaking(false)} /> : null}
      {revoking ? <RevokeDialog token={revoking} onClose={() => setRevoking(undefined)} /> : null}
    </Page>
  );
}
