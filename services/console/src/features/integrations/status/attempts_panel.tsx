import { useQuery } from "@tanstack/react-query";
import type { Schemas } from "../../../api/client";
import { useOrg } from "../../../api/org";
import { attemptsQuery } from "../../../api/queries";
import { Panel } from "../../../ui/panel";
import { Loaded } from "../../../ui/states";
import { duration, Moment } from "../../../ui/time";
import shared from "../integrations.module.css";
import css from "./status.module.css";

function took({ started_at, finished_at }: Schemas["Attempt"]): string {
  if (finished_at === null) return "running";
  const length = Date.parse(finished_at) - Date.parse(started_at);
  return length < 1000 ? `${length} ms` : duration(length);
}

export function AttemptsPanel({ id }: { id: string }) {
  const { slug: org } = useOrg();
  const query = useQuery(attemptsQuery(org, id));
  return (
    <Panel title="Refresh attempts">
      <Loaded query={query} rows={3}>
        {({ items }) =>
          items.length === 0 ? (
            <p className={shared.dimmed}>None yet. The first is made well before the token expires.</p>
          ) : (
            <ol className={css.attempts} aria-label="Refresh attempts, newest first">
              {items.map((attempt, index) => (
                <li key={attempt.id}>
                  <strong>{attempt.outcome.replaceAll("_", " ")}</strong>
                  <span>
                    <Moment at={attempt.started_at} />
                  </span>
                  <span>asked by {attempt.trigger.replaceAll("_", " ")}</span>
                  <span>{took(attempt)}</span>
                  {attempt.http_status !== null ? <span>HTTP {attempt.http_status}</span> : null}
                  {index === 0 && attempt.next_at ? (
                    <span>
                      next <Moment at={attempt.next_at} />
                    </span>
                  ) : null}
                  {attempt.detail ? <span className={css.detail}>{attempt.detail}</span> : null}
                </li>
              ))}
            </ol>
          )
        }
      </Loaded>
    </Panel>
  );
}
