import { Code } from "@mantine/core";
import type { Schemas } from "../../api/client";
import rows from "../../ui/rows.module.css";
import { AbsoluteTime } from "../../ui/time";
import css from "./people.module.css";

type Entry = Schemas["AuditEntry"];

const textOf = (value: unknown) =>
  value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);

/** The fields before and after the change, and where the request came from. */
function ChangeDetails({ entry: { before, after, address, request_id } }: { entry: Entry }) {
  const old_values = new Map(Object.entries(before ?? {}));
  const new_values = new Map(Object.entries(after ?? {}));
  const names = [...new Set([...old_values.keys(), ...new_values.keys()])].sort();
  if (names.length === 0 && address === "" && request_id === "") return null;
  return (
    <details>
      <summary>Details</summary>
      {names.length > 0 ? (
        <table className={css.changes}>
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
            </tr>
          </thead>
          <tbody>
            {names.map((name) => (
              <tr key={name}>
                <th scope="row">{name.replaceAll("_", " ")}</th>
                <td>{textOf(old_values.get(name))}</td>
                <td>{textOf(new_values.get(name))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
      <p className={rows.details}>
        {address ? <span>From {address}</span> : null}
        {request_id ? <span>Request {request_id}</span> : null}
      </p>
    </details>
  );
}

type ActorKind = Entry["actor"]["kind"];

const actor_texts: Record<ActorKind, (name: string) => string> = {
  user: (name) => name,
  token: (name) => `Token ${name}`,
  operator: () => "Command line",
  sentry: () => "Sentry",
  system: () => "Tocsin",
};

export function AuditRow({ entry }: { entry: Entry }) {
  const { actor, action, subject } = entry;
  return (
    <li className={css.entry}>
      <span>
        <strong>{actor_texts[actor.kind]?.(actor.name) ?? actor.name}</strong> <Code>{action}</Code>{" "}
        {subject.name || subject.kind}
      </span>
      <span className={css.time}>
        <AbsoluteTime at={entry.at} />
      </span>
      <ChangeDetails entry={entry} />
    </li>
  );
}
