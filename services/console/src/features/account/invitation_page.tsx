import { Button, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import type { Schemas } from "../../api/client";
import { asProblem, type ProblemError } from "../../api/problem";
import { roles } from "../../api/vocabulary";
import { CardPage } from "../../ui/card_page";
import form from "../../ui/form.module.css";
import { FormError, submissionProblem } from "../../ui/form_dialog";
import { NewPassword } from "../../ui/password_field";
import { Loaded } from "../../ui/states";
import { TextLink } from "../../ui/text_link";
import { RelativeTime } from "../../ui/time";
import css from "./account.module.css";
import { invitationQuery, useAccept, visitorQuery } from "./account_api";
import { useLinkToken } from "./link_token";

type Invitation = Schemas["InvitationView"];

interface CredentialFieldsProps {
  invitation: Invitation;
  problem: ProblemError | undefined;
  password: string;
  onChange: (password: string) => void;
}

/** The password of the existing account, or one for a new account. */
function CredentialFields({ invitation, problem, password, onChange }: CredentialFieldsProps) {
  const error = problem?.field("password");
  return (
    <>
      {/* For password managers. */}
      <input type="hidden" name="username" autoComplete="username" value={invitation.email} readOnly />
      {invitation.has_account ? (
        <TextInput
          label="Your password"
          description="You already have an account here."
          type="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          error={error}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      ) : (
        <NewPassword label="Choose a password" value={password} error={error} onChange={onChange} />
      )}
    </>
  );
}

interface AcceptFormProps {
  token: string;
  invitation: Invitation;
  /** The invited user is signed in. */
  isSignedIn: boolean;
}

function AcceptForm({ token, invitation, isSignedIn }: AcceptFormProps) {
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const accept = useAccept();
  const problem = submissionProblem(accept);
  const { has_account, organization, role } = invitation;
  const openIncidents = () =>
    void navigate({ to: "/o/$org/incidents", params: { org: organization.slug }, replace: true });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    accept.mutate(
      { token, ...(has_account ? {} : { name: name.trim() }), ...(isSignedIn ? {} : { password }) },
      { onSuccess: openIncidents },
    );
  };
  return (
    <form onSubmit={submit} className={form.form}>
      <FormError submission={accept} fields={["name", "password"]} />
      <p className={css.text}>
        For <strong>{invitation.email}</strong>. Role: {roles[role].label} ({roles[role].abilities}). The link
        expires <RelativeTime at={invitation.expires_at} />.
      </p>
      {has_account ? null : (
        <TextInput
          label="Your name"
          autoComplete="name"
          maxLength={200}
          required
          withAsterisk={false}
          value={name}
          error={problem?.field("name")}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      )}
      {isSignedIn ? null : (
        <CredentialFields
          invitation={invitation}
          problem={problem}
          password={password}
          onChange={setPassword}
        />
      )}
      <Button type="submit" fullWidth loading={accept.isPending}>
        Join {organization.name}
      </Button>
    </form>
  );
}

const InvalidInvitation = () => (
  <CardPage title="This link does not work" tagline="It was used or withdrawn, or it has expired">
    <p className={css.text}>
      Ask for a new invitation. If you already joined, <TextLink to="/">sign in</TextLink>. Make sure that you
      opened the complete link.
    </p>
  </CardPage>
);

export function InvitationPage() {
  const token = useLinkToken();
  const invitation = useQuery(invitationQuery(token));
  const visitor = useQuery(visitorQuery);
  if (token === "" || (invitation.isError && asProblem(invitation.error).status === 404))
    return <InvalidInvitation />;
  const organization = invitation.data?.organization.name;
  const email = visitor.data?.user.email.toLowerCase();
  return (
    <CardPage
      key={organization ?? ""}
      title={organization ? `Join ${organization}` : "Invitation"}
      tagline="Incidents from Sentry"
    >
      {visitor.isPending ? null : (
        <Loaded query={invitation} rows={3}>
          {(loaded) => (
            <AcceptForm
              token={token}
              invitation={loaded}
              isSignedIn={loaded.has_account && email === loaded.email.toLowerCase()}
            />
          )}
        </Loaded>
      )}
    </CardPage>
  );
}
