import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useOrg } from "../../api/org";
import { membersQuery } from "../../api/queries";
import { roles } from "../../api/vocabulary";
import { Expiry } from "../../ui/expiry";
import { Page } from "../../ui/page";
import { Panel } from "../../ui/panel";
import rows from "../../ui/rows.module.css";
import { ErrorNotice, Loaded } from "../../ui/states";
import { InviteDialog } from "./invite_dialog";
import { MemberRow } from "./member_row";
import { type Invitation, invitationsQuery, useWithdrawInvitation } from "./people_api";
import { PeopleTabs } from "./people_tabs";

function InvitationRow({ invitation }: { invitation: Invitation }) {
  const org = useOrg();
  const withdraw = useWithdrawInvitation(org.slug, invitation.id);
  return (
    <li>
      <div className={rows.row}>
        <div className={rows.main}>
          <div className={rows.name}>{invitation.email}</div>
          <div className={rows.details}>
            <span>{roles[invitation.role].label}</span>
            {invitation.invited_by ? <span>Invited by {invitation.invited_by}</span> : null}
            <Expiry at={invitation.expires_at} />
          </div>
        </div>
        <div className={rows.actions}>
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
        <div className={rows.error}>
          <ErrorNotice error={withdraw.error} onClose={() => withdraw.reset()} />
        </div>
      ) : null}
    </li>
  );
}

function InvitationsPanel() {
  const { slug: org } = useOrg();
  const query = useQuery(invitationsQuery(org));
  return (
    <Panel title="Invitations" flush>
      <Loaded query={query} rows={2}>
        {(invitations) =>
          invitations.length === 0 ? (
            <p className={rows.empty}>
              No open invitations. To replace a lost link, create a new invitation.
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
  const [isInviting, setInviting] = useState(false);
  const isAdmin = org.can("admin");
  return (
    <Page
      title="People"
      actions={isAdmin ? <Button onClick={() => setInviting(true)}>Invite</Button> : undefined}
    >
      <PeopleTabs />
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
      {isAdmin ? <InvitationsPanel /> : null}
      {isInviting ? <InviteDialog onClose={() => setInviting(false)} /> : null}
    </Page>
  );
}
