import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useOrg } from "../../api/org";
import { type GrantableRole, roles } from "../../api/vocabulary";
import { FormDialog, submissionProblem } from "../../ui/form_dialog";
import { OneTimeSecretDialog } from "../../ui/one_time_secret_dialog";
import { AbsoluteTime } from "../../ui/time";
import { useInvite } from "./people_api";
import { RoleSelect } from "./role_select";

/** Creates an invitation, then shows its link once. */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const org = useOrg();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<GrantableRole>("responder");
  const invite = useInvite(org.slug);
  const problem = submissionProblem(invite);
  const invitation = invite.data;
  if (invitation)
    return (
      <OneTimeSecretDialog
        title={invitation.mailed ? "Invitation sent" : "Share this link"}
        label="the link"
        value={invitation.link}
        onClose={onClose}
      >
        With this link, <strong>{invitation.email}</strong> joins {org.name} as{" "}
        {roles[invitation.role].label.toLowerCase()}. It works once, expires at{" "}
        <AbsoluteTime at={invitation.expires_at} />, and is not shown again.{" "}
        {invitation.mailed ? "It was also sent by email." : "No email was sent, so share the link yourself."}
      </OneTimeSecretDialog>
    );
  return (
    <FormDialog
      title={`Invite to ${org.name}`}
      action="Create invite link"
      submission={invite}
      fields={["email", "role"]}
      onSubmit={() => invite.mutate({ email: email.trim(), role })}
      onClose={onClose}
    >
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
      <RoleSelect role={role} problem={problem} onChange={setRole} />
    </FormDialog>
  );
}
