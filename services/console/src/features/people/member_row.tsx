import { Button } from "@mantine/core";
import { useState } from "react";
import { useOrg } from "../../api/org";
import { roles } from "../../api/vocabulary";
import { ConfirmDialog } from "../../ui/confirm_dialog";
import rows from "../../ui/rows.module.css";
import { ErrorNotice } from "../../ui/states";
import { RelativeTime } from "../../ui/time";
import css from "./people.module.css";
import { type Member, useChangeRole, useRemoveMember, useTransferOwnership } from "./people_api";
import { MemberRoleSelect } from "./role_select";

const nameOf = ({ name, email }: Member) => name || email;

function RemoveDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const org = useOrg();
  const remove = useRemoveMember(org.slug, member.id);
  return (
    <ConfirmDialog
      title={`Remove ${nameOf(member)}?`}
      action="Remove"
      submission={remove}
      onConfirm={() => remove.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p className={css.text}>
        {member.email} loses access to {org.name} immediately. Their actions stay in timelines and in the
        audit log. API tokens that they created keep working, because they belong to the organization.
      </p>
    </ConfirmDialog>
  );
}

function TransferOwnershipDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const org = useOrg();
  const transfer = useTransferOwnership(org.slug, member.id);
  return (
    <ConfirmDialog
      title={`Make ${nameOf(member)} the owner?`}
      action="Transfer ownership"
      confirmation={member.email}
      submission={transfer}
      onConfirm={() => transfer.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p className={css.text}>
        {org.name} has one owner. You become an admin, and only {member.email} can transfer ownership back.
      </p>
    </ConfirmDialog>
  );
}

interface MemberActionsProps {
  name: string;
  canTransfer: boolean;
  canRemove: boolean;
  onTransfer: () => void;
  onRemove: () => void;
}

const MemberActions = ({ name, canTransfer, canRemove, onTransfer, onRemove }: MemberActionsProps) => (
  <div className={`${rows.actions} ${css.memberActions}`}>
    {canTransfer ? (
      <Button size="xs" variant="subtle" color="gray" aria-label={`Make owner: ${name}`} onClick={onTransfer}>
        Make owner
      </Button>
    ) : null}
    {canRemove ? (
      <Button size="xs" variant="default" aria-label={`Remove ${name}`} onClick={onRemove}>
        Remove
      </Button>
    ) : null}
  </div>
);

/** A member, with what the signed-in user may change. */
export function MemberRow({ member }: { member: Member }) {
  const org = useOrg();
  const change = useChangeRole(org.slug, member.id);
  const [dialog, setDialog] = useState<"remove" | "transfer">();
  const name = nameOf(member);
  const { role } = member;
  const canChange = org.can("admin") && !member.is_me;
  const closeDialog = () => setDialog(undefined);
  return (
    <li>
      <div className={rows.row}>
        <div className={rows.main}>
          <div className={rows.name}>
            {name}
            {member.is_me ? " (you)" : ""}
          </div>
          <div className={rows.details}>
            {member.name ? <span>{member.email}</span> : null}
            <span>
              Joined <RelativeTime at={member.created_at} />
            </span>
          </div>
        </div>
        <div className={css.role}>
          {canChange && role !== "owner" ? (
            <MemberRoleSelect
              label={`Role of ${name}`}
              role={change.isPending ? change.variables : role}
              disabled={change.isPending}
              onChange={change.mutate}
            />
          ) : (
            <span className={css.fixedRole} title={`Members with this role ${roles[role].abilities}.`}>
              {roles[role].label}
            </span>
          )}
        </div>
        {org.can("admin") ? (
          <MemberActions
            name={name}
            canTransfer={org.can("owner") && !member.is_me}
            canRemove={canChange && role !== "owner"}
            onTransfer={() => setDialog("transfer")}
            onRemove={() => setDialog("remove")}
          />
        ) : null}
      </div>
      {change.isError ? (
        <div className={rows.error}>
          <ErrorNotice error={change.error} onClose={() => change.reset()} />
        </div>
      ) : null}
      {dialog === "remove" ? <RemoveDialog member={member} onClose={closeDialog} /> : null}
      {dialog === "transfer" ? <TransferOwnershipDialog member={member} onClose={closeDialog} /> : null}
    </li>
  );
}
