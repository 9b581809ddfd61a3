import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useOrg } from "../../api/org";
import { useNow } from "../../ui/clock";
import { Page } from "../../ui/page";
import { Panel } from "../../ui/panel";
import rows from "../../ui/rows.module.css";
import { Loaded, Refusal } from "../../ui/states";
import { Moment } from "../../ui/time";
import { InviteDialog } from "./invite_dialog";
import { MemberRow } from "./member_row";
import css from "./people.module.css";
import { type Invitation, invitationsQuery, membersQuery, useWithdraw } from "./people_api";
import { PeopleSections } from "./people_sections";

function InvitationRow({ invitation }: { invitation: Invitation }) {
  const org = useOrg();
  const now = useNow();
  const withdraw = useWithdraw(org.slug, invitation.id);
  const over = Date.parse(invitation.expires_at) <= now;
  return (
    <li>
      <div className={rows.row}>
        <div className={rows.what}>
          <div className={rows.name}>{invitation.email}</div>
          <div className={rows.facts}>
            <span>as {invitation.role}</span>
            {invitation.invited_by ? <span>by {invitation.invited_by}</span> : null}
            <span className={over ? css.late : undefined}>
              {over ? "ran out " : "runs out "}
              <Moment at={invitation.expires_at} />
            </span>
          </div>
        </div>
        <div className={css.actions}>
          <Button
            size="xs"
            variant="default"
            loading={withdraw.isPending}
            aria-label={`Withdraw the invitation of ${invitation.email}`}
            onClick={() => withdraw.mutate()}
          >
            Withdraw
          </Button>
        </div>
      </div>
      {withdraw.isError ? (
        <div className={css.problem}>
          <Refusal error={withdraw.error} onClose={() => withdraw.reset()} />
        </div>
      ) : null}
    </li>
  );
}

function Invitations() {
  const { slug: org } = useOrg();
  const query = useQuery(invitationsQuery(org));
  return (
    <Panel title="Invitations" flush>
      <Loaded query={query} rows={2}>
        {(invitations) =>
          invitations.length === 0 ? (
            <p className={css.nothing}>
              Nobody is invited now. A link that was lost is replaced by a new one.
            </p>
          ) : (
            <ul className={rows.list} aria-label="Invitations">
              {invitations.map((invitation) => (
                <InvitationRow key={invitation.id} invitation={invitation} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}

export function MembersPage() {
  const org = useOrg();
  const query = useQuery(membersQuery(org.slug));
  const [inviting, setInviting] = useState(false);
  const admin = org.can("admin");
  return (
    <Page
      title="People"
      actions={admin ? <Button onClick={() => setInviting(true)}>Invite</Button> : undefined}
    >
      <PeopleSections />
      <Panel title="Members" flush>
        <Loaded query={query} rows={4}>
          {(members) => (
            <ul className={rows.list} aria-label="Members">
              {members.map((member) => (
                <MemberRow key={member.id} member={member} />
              ))}
            </ul>
          )}
        </Loaded>
      </Panel>
      {admin ? <Invitations /> : null}
      {inviting ? <InviteDialog onClose={() => setInviting(false)} /> : null}
    </Page>
  );
}
