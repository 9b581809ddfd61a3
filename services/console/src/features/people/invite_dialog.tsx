import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useOrg } from "../../api/org";
import { asProblem } from "../../api/problem";
import { Dialog } from "../../ui/dialog";
import form from "../../ui/form.module.css";
import { Refusal } from "../../ui/states";
import { FullMoment } from "../../ui/time";
import { type GivenRole, useInvite } from "./people_api";
import { RoleSelect } from "./role_select";
import { ShownOnce } from "./shown_once";

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
      <ShownOnce
        title={made.mailed ? "The link was mailed" : "Pass this link on"}
        label="the link"
        value={made.link}
        onClose={onClose}
      >
        It makes <strong>{made.email}</strong> a {made.role} of {org.name}. It works once, until{" "}
        <FullMoment at={made.expires_at} />, and it is shown only now.{" "}
        {made.mailed ? "It is on its way to them by mail." : "No mail was sent: pass it on yourself."}
      </ShownOnce>
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
        <RoleSelect role={role} choose={setRole} problem={problem} />
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
