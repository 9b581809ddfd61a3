import { Button, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Schemas } from "../../api/client";
import { sessionQuery } from "../../api/queries";
import { FormError, submissionProblem } from "../../ui/form_dialog";
import { Notice } from "../../ui/notice";
import { Page } from "../../ui/page";
import { Panel } from "../../ui/panel";
import { NewPassword } from "../../ui/password_field";
import { Loaded } from "../../ui/states";
import css from "./account.module.css";
import { useChangeName, useChangePassword } from "./account_api";
import { SessionsPanel } from "./sessions_panel";

function ProfilePanel({ user }: { user: Schemas["Session"]["user"] }) {
  const [name, setName] = useState(user.name);
  const change = useChangeName();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(name.trim());
  };
  return (
    <Panel title="Profile">
      <form onSubmit={submit} className={css.form}>
        <FormError submission={change} onClose={() => change.reset()} />
        <p className={css.text}>Signed in as {user.email}</p>
        <TextInput
          label="Name"
          description="Shown to others next to your actions."
          autoComplete="name"
          maxLength={200}
          value={name}
          onChange={(event) => {
            setName(event.currentTarget.value);
            change.reset();
          }}
        />
        <Button
          type="submit"
          variant="default"
          disabled={name.trim() === user.name}
          loading={change.isPending}
        >
          Save
        </Button>
        <div role="status">{change.isSuccess ? "Saved." : ""}</div>
      </form>
    </Panel>
  );
}

function PasswordPanel({ email }: { email: string }) {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const change = useChangePassword();
  const problem = submissionProblem(change);
  const clear = () => {
    setCurrent("");
    setNext("");
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ current, new: next }, { onSuccess: clear });
  };
  return (
    <Panel title="Password">
      <form onSubmit={submit} className={css.form}>
        <FormError submission={change} fields={["current", "new"]} />
        {change.isSuccess ? (
          <Notice tone="good" title="Password changed" onClose={() => change.reset()}>
            Your other sessions were ended.
          </Notice>
        ) : null}
        {/* For password managers. */}
        <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
        <TextInput
          label="Current password"
          type="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={current}
          error={problem?.field("current")}
          onChange={(event) => setCurrent(event.currentTarget.value)}
        />
        <NewPassword label="New password" value={next} error={problem?.field("new")} onChange={setNext} />
        <Button type="submit" variant="default" loading={change.isPending}>
          Change password
        </Button>
      </form>
    </Panel>
  );
}

export function AccountPage() {
  const session = useQuery(sessionQuery);
  return (
    <Page title="Your account">
      <Loaded query={session} rows={3}>
        {({ user }) => (
          <>
            <ProfilePanel user={user} />
            <PasswordPanel email={user.email} />
            <SessionsPanel />
          </>
        )}
      </Loaded>
    </Page>
  );
}
