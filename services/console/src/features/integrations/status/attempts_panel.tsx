import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "../../../api/client";
import { useOrg } from "../../../api/org";
import { attemptsQuery } from "../../../api/queries";
import { formatDuration } from "../../../ui/format";
import { Panel } from "../../../ui/panel";
import { Loaded } from "../../../ui/states";
import { RelativeTime } from "../../../ui/time";
import shared from "../integrations.module.css";
import css from "./status.module.css";

type Attempt = Schemas["Attempt"];

function durationOf({ started_at, finished_at }: Attempt): string {
  if (finished_at === null) return "Running";
  const length = Date.parse(finished_at) - Date.parse(started_at);
  return length < 1_000 ? `${length}ms` : formatDuration(length);
}

const capitalize = (text: string) => text.charAt(0).toUpperCase() + text.slice(1).replaceAll("_", " ");

function AttemptRow({ attempt, isLatest }: { attempt: Attempt; isLatest: boolean }) {
  const { outcome, started_at, trigger, http_status, next_at, detail } = attempt;
  return (
    <li>
      <strong>{capitalize(outcome)}</strong>
      <span>
        <RelativeTime at={started_at} />
      </span>
      <span>Trigger: {trigger.replaceAll("_", " ")}</span>
      <span>{durationOf(attempt)}</span>
      {http_status !== null ? <span>HTTP {http_status}</span> : null}
      {isLatest && next_at ? (
        <span>
          Next <RelativeTime at={next_at} />
        </span>
      ) : null}
      {detail ? <span className={css.detail}>{detail}</span> : null}
    </li>
  );
}

export function AttemptsPanel({ id }: { id: string }) {
  const { slug: org } = useOrg();
  const query = useQuery(attemptsQuery(org, id));
  return (
    <Panel title="Refresh attempts">
      <Loaded query={query} rows={3}>
        {({ items }) =>
          items.length === 0 ? (
            <p className={shared.dimmed}>
              No attempts yet. The first one is made well before the token expires.
            </p>
          ) : (
            <ol className={css.attempts} aria-label="Refresh attempts, newest first">
              {items.map((attempt, index) => (
                <AttemptRow key={attempt.id} attempt={attempt} isLatest={index === 0} />
              ))}
            </ol>
          )
        }
      </Loaded>
    </Panel>
  );
}
