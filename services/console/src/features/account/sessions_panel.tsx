import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "../../api/client";
import { Panel } from "../../ui/panel";
import rows from "../../ui/rows.module.css";
import { ErrorNotice, Loaded } from "../../ui/states";
import { RelativeTime } from "../../ui/time";
import { ownSessionsQuery, useEndSession } from "./account_api";
import { describeUserAgent } from "./user_agent";

function EndError({ end }: { end: ReturnType<typeof useEndSession> }) {
  return end.isError ? (
    <div className={rows.error}>
      <ErrorNotice error={end.error} onClose={() => end.reset()} />
    </div>
  ) : null;
}

function SessionRow({ session }: { session: Schemas["SessionInfo"] }) {
  const end = useEndSession();
  const client = describeUserAgent(session.user_agent);
  return (
    <li>
      <div className={rows.row}>
        <div className={rows.main}>
          <div className={rows.name} title={session.user_agent}>
            {client}
            {session.current ? " (this session)" : ""}
          </div>
          <div className={rows.details}>
            <span>From {session.address}</span>
            <span>
              Signed in <RelativeTime at={session.created_at} />
            </span>
            <span>
              Last used <RelativeTime at={session.last_seen_at} />
            </span>
          </div>
        </div>
        {session.current ? null : (
          <Button
            size="xs"
            variant="default"
            loading={end.isPending}
            aria-label={`End session: ${client} from ${session.address}`}
            onClick={() => end.mutate(session.id)}
          >
            End
          </Button>
        )}
      </div>
      <EndError end={end} />
    </li>
  );
}

/** The user's own sessions. */
export function SessionsPanel() {
  const query = useQuery(ownSessionsQuery);
  const end = useEndSession();
  const hasOthers = query.data?.items.some(({ current }) => !current) ?? false;
  return (
    <Panel
      title="Sessions"
      flush
      actions={
        hasOthers ? (
          <Button size="xs" variant="default" loading={end.isPending} onClick={() => end.mutate(undefined)}>
            End all other sessions
          </Button>
        ) : undefined
      }
    >
      <EndError end={end} />
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
