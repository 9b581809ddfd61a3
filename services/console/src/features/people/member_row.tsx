import { Button, NativeSelect } from "@mantine/core";
import { useState } from "react";
import { useOrg } from "../../api/org";
import { Confirm } from "../../ui/confirm";
import rows from "../../ui/rows.module.css";
import { Refusal } from "../../ui/states";
import { Moment } from "../../ui/time";
import css from "./people.module.css";
import {
  given_roles,
  type Member,
  role_meanings,
  roleOf,
  useChangeRole,
  useHandOver,
  useRemoveMember,
} from "./people_api";

function RemoveDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const org = useOrg();
  const remove = useRemoveMember(org.slug, member.id);
  return (
    <Confirm
      title={`Remove ${member.name || member.email}?`}
      label="Remove"
      work={remove}
      onConfirm={() => remove.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p className={css.text}>
        {member.email} can see nothing of {org.name} any more, from this moment on. What they did stays in the
        timelines and in the audit log. API tokens that they made go on working: they belong to the
        organization.
      </p>
    </Confirm>
  );
}

function HandOverDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const org = useOrg();
  const handOver = useHandOver(org.slug, member.id);
  return (
    <Confirm
      title={`Make ${member.name || member.email} the owner?`}
      label="Hand over"
      typed={member.email}
      work={handOver}
      onConfirm={() => handOver.mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p className={css.text}>
        {org.name} has one owner. You become an admin, and only {member.email} can give it back.
      </p>
    </Confirm>
  );
}

/** A person in the organization, with what the one who looks may change. */
export function MemberRow({ member }: { member: Member }) {
  const org = useOrg();
  const change = useChangeRole(org.slug, member.id);
  const [asking, setAsking] = useState<"remove" | "hand over">();
  const name = member.name || member.email;
  const changeable = org.can("admin") && member.role !== "owner" && !member.is_me;
  const close = () => setAsking(undefined);
  return (
    <li>
      <div className={rows.row}>
        <div className={rows.what}>
          <div className={rows.name}>
            {name}
            {member.is_me ? " (you)" : ""}
          </div>
          <div className={rows.facts}>
            {member.name ? <span>{member.email}</span> : null}
            <span>
              for <Moment at={member.created_at} age />
            </span>
          </div>
        </div>
        <div className={css.role}>
          {changeable ? (
            <NativeSelect
              size="sm"
              aria-label={`Role of ${name}`}
              data={[...given_roles]}
              value={change.isPending ? change.variables : member.role}
              disabled={change.isPending}
              onChange={(event) => change.mutate(roleOf(event.currentTarget.value))}
            />
          ) : (
            <span className={css.fixed} title={role_meanings[member.role]}>
              {member.role}
            </span>
          )}
        </div>
        {org.can("admin") ? (
          <div className={`${css.actions} ${css.memberActions}`}>
            {org.can("owner") && !member.is_me ? (
              <Button
                size="xs"
                variant="subtle"
                color="gray"
                aria-label={`Make owner: ${name}`}
                onClick={() => setAsking("hand over")}
              >
                Make owner
              </Button>
            ) : null}
            {changeable ? (
              <Button
                size="xs"
                variant="default"
                aria-label={`Remove ${name}`}
                onClick={() => setAsking("remove")}
              >
                Remove
              </Button>
            ) : null}
          </div>
        ) : null}
      </div>
      {change.isError ? (
        <div className={css.problem}>
          <Refusal error={change.error} onClose={() => change.reset()} />
        </div>
      ) : null}
      {asking === "remove" ? <RemoveDialog member={member} onClose={close} /> : null}
      {asking === "hand over" ? <HandOverDialog member={member} onClose={close} /> : null}
    </li>
  );
}
