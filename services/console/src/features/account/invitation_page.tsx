import { Button, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import type { Schemas } from "../../api/client";
import { asProblem } from "../../api/problem";
import { CardPage } from "../../ui/card_page";
import form from "../../ui/form.module.css";
import { NewPassword } from "../../ui/password_field";
import { Loaded, Refusal } from "../../ui/states";
import { TextLink } from "../../ui/text_link";
import { Moment } from "../../ui/time";
import css from "./account.module.css";
import { invitationQuery, useAccept, visitorQuery } from "./account_api";
import { useLinkToken } from "./link_token";

const roles: Record<Schemas["Role"], string> = {
  owner: "its owner",
  admin: "an admin: you connect Sentry, map projects and invite people",
  responder: "a responder: you act on incidents",
  viewer: "a viewer: you look",
};

interface AcceptFormProps {
  token: string;
  invitation: Schemas["InvitationView"];
  /** The invited person is signed in here. */
  known: boolean;
}

function AcceptForm({ token, invitation, known }: AcceptFormProps) {
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const accept = useAccept();
  const problem = accept.isError ? asProblem(accept.error) : undefined;
  const { has_account, organization } = invitation;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    accept.mutate(
      {
        token,
        ...(has_account ? {} : { name: name.trim() }),
        ...(known ? {} : { password }),
      },
      {
        onSuccess: () =>
          void navigate({ to: "/o/$org/incidents", params: { org: organization.slug }, replace: true }),
      },
    );
  };
  return (
    <form onSubmit={submit} className={form.form}>
      {problem && problem.fields.length === 0 ? <Refusal error={problem} /> : null}
      <p className={css.said}>
        For <strong>{invitation.email}</strong>, as {roles[invitation.role]}. The link works until{" "}
        <Moment at={invitation.expires_at} />.
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
      {/* Tells the browser's password store whose password it is. */}
      {known ? null : (
        <input type="hidden" name="username" autoComplete="username" value={invitation.email} readOnly />
      )}
      {!known && has_account ? (
        <TextInput
          label="Your password"
          description="You have an account here already."
          type="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          error={problem?.field("password")}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
      ) : null}
      {!known && !has_account ? (
        <NewPassword
          label="Choose a password"
          value={password}
          error={problem?.field("password")}
          onChange={setPassword}
        />
      ) : null}
      <Button type="submit" fullWidth loading={accept.isPending}>
        Join {organization.name}
      </Button>
    </form>
  );
}

export function InvitationPage() {
  const token = useLinkToken();
  const invitation = useQuery(invitationQuery(token));
  const visitor = useQuery(visitorQuery);
  const gone = token === "" || (invitation.isError && asProblem(invitation.error).status === 404);
  if (gone)
    return (
      <CardPage title="This link does not work" tagline="It was used, withdrawn, or has run out">
        <p className={css.said}>
          Ask whoever invited you for a new one. If you joined already, <TextLink to="/">sign in</TextLink>.
          Links are long: make sure that yours was not cut.
        </p>
      </CardPage>
    );
  const organization = invitation.data?.organization.name;
  const me = visitor.data?.user.email;
  return (
    <CardPage
      key={organization ?? ""}
      title={organization ? `Join ${organization}` : "An invitation"}
      tagline="Incidents from what Sentry sees"
    >
      {visitor.isPending ? null : (
        <Loaded query={invitation} rows={3}>
          {(found) => (
            <AcceptForm
              token={token}
              invitation={found}
              known={found.has_account && me?.toLowerCase() === found.email.toLowerCase()}
            />
          )}
        </Loaded>
      )}
    </CardPage>
  );
}
