import { Button, NativeSelect, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useOrg } from "../../api/org";
import { asProblem } from "../../api/problem";
import { Copyable } from "../../ui/copy";
import { Dialog } from "../../ui/dialog";
import form from "../../ui/form.module.css";
import { Refusal } from "../../ui/states";
import { FullMoment } from "../../ui/time";
import css from "./people.module.css";
import { type GivenRole, given_roles, role_meanings, roleOf, useInvite } from "./people_api";

/** Invites somebody, and then shows the link: once. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const org = useOrg();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<GivenRole>("responder");
  const invite = useInvite(org.slug);
  const made = invite.data;
  const problem = invite.isError ? asProblem(invite.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invite.mutate({ email: email.trim(), role });
  };
  if (made)
    return (
      <Dialog title={made.mailed ? "The link was mailed" : "Pass this link on"} onClose={onClose}>
        <div className={form.form}>
          <p className={css.text}>
            It makes <strong>{made.email}</strong> a {made.role} of {org.name}. It works once, until{" "}
            <FullMoment at={made.expires_at} />, and it is shown only now.{" "}
            {made.mailed ? "It is on its way to them by mail." : "No mail was sent: pass it on yourself."}
          </p>
          <Copyable label="the link" value={made.link} />
          <div className={form.buttons}>
            <Button onClick={onClose}>Done</Button>
          </div>
        </div>
      </Dialog>
    );
  return (
    <Dialog title={`Invite to ${org.name}`} onClose={onClose}>
      <form onSubmit={submit} className={form.form}>
        {problem && problem.fields.length === 0 ? <Refusal error={problem} /> : null}
        <TextInput
          label="Email"
          type="email"
          required
          data-autofocus
          autoComplete="off"
          maxLength={254}
          value={email}
          error={problem?.field("email")}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <NativeSelect
          label="Role"
          value={role}
          error={problem?.field("role")}
          onChange={(event) => setRole(roleOf(event.currentTarget.value))}
          data={given_roles.map((value) => ({ value, label: `${value}: ${role_meanings[value]}` }))}
        />
        <div className={form.buttons}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={invite.isPending}>
            Make the link
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
