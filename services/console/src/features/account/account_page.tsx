import { Button, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Schemas } from "../../api/client";
import { asProblem } from "../../api/problem";
import { sessionQuery } from "../../api/queries";
import { Notice } from "../../ui/notice";
import { Page } from "../../ui/page";
import { Panel } from "../../ui/panel";
import { NewPassword } from "../../ui/password_field";
import rows from "../../ui/rows.module.css";
import { Loaded, Refusal } from "../../ui/states";
import { Moment } from "../../ui/time";
import css from "./account.module.css";
import { ownSessionsQuery, useChangeName, useChangePassword, useEndSession } from "./account_api";
import { browserOf } from "./browsers";

function Profile({ user }: { user: Schemas["Session"]["user"] }) {
  const [name, setName] = useState(user.name);
  const change = useChangeName();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(name.trim());
  };
  return (
    <Panel title="Profile">
      <form onSubmit={submit} className={css.form}>
        {change.isError ? <Refusal error={change.error} onClose={() => change.reset()} /> : null}
        <p className={css.said}>Signed in as {user.email}</p>
        <TextInput
          label="Name"
          description="Others see it beside what you did."
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

function Password({ email }: { email: string }) {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const change = useChangePassword();
  const problem = change.isError ? asProblem(change.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(
      { current, new: next },
      {
        onSuccess: () => {
          setCurrent("");
          setNext("");
        },
      },
    );
  };
  return (
    <Panel title="Password">
      <form onSubmit={submit} className={css.form}>
        {problem && problem.fields.length === 0 ? <Refusal error={problem} /> : null}
        {change.isSuccess ? (
          <Notice tone="good" title="The password is changed" onClose={() => change.reset()}>
            Your other sessions were ended.
          </Notice>
        ) : null}
        <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
        <TextInput
          label="Password now"
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
          Change the password
        </Button>
      </form>
    </Panel>
  );
}

function SessionRow({ session }: { session: Schemas["SessionInfo"] }) {
  const end = useEndSession();
  const browser = browserOf(session.user_agent);
  return (
    <li>
      <div className={rows.row}>
        <div className={rows.what}>
          <div className={rows.name} title={session.user_agent}>
            {browser}
            {session.current ? " (this one)" : ""}
          </div>
          <div className={rows.facts}>
            <span>from {session.address}</span>
            <span>
              signed in <Moment at={session.created_at} />
            </span>
            <span>
              used <Moment at={session.last_seen_at} />
            </span>
          </div>
        </div>
        {session.current ? null : (
          <Button
            size="xs"
            variant="default"
            loading={end.isPending}
            aria-label={`End the session of ${browser} from ${session.address}`}
            onClick={() => end.mutate(session.id)}
          >
            End
          </Button>
        )}
      </div>
      {end.isError ? (
        <div className={css.padded}>
          <Refusal error={end.error} onClose={() => end.reset()} />
        </div>
      ) : null}
    </li>
  );
}

function Sessions() {
  const query = useQuery(ownSessionsQuery);
  const end = useEndSession();
  const others = query.data?.items.some(({ current }) => !current) ?? false;
  return (
    <Panel
      title="Sessions"
      flush
      actions={
        others ? (
          <Button size="xs" variant="default" loading={end.isPending} onClick={() => end.mutate(undefined)}>
            End all others
          </Button>
        ) : undefined
      }
    >
      {end.isError ? (
        <div className={css.padded}>
          <Refusal error={end.error} onClose={() => end.reset()} />
        </div>
      ) : null}
      <Loaded query={query} rows={2}>
        {({ items }) => (
          <ul className={rows.list} aria-label="Sessions">
            {items.map((session) => (
              <SessionRow key={session.id} session={session} />
            ))}
          </ul>
        )}
      </Loaded>
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
            <Profile user={user} />
            <Password email={user.email} />
            <Sessions />
          </>
        )}
      </Loaded>
    </Page>
  );
}
