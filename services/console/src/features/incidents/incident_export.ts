import type { Schemas } from "../../api/client";
import { incident_status_labels, severity_labels } from "../../api/vocabulary";

type Incident = Schemas["Incident"];
type Entry = Schemas["TimelineEntry"];

const byTime = (entries: readonly Entry[]) =>
  [...entries].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));

/** Without characters that have a meaning in Markdown. */
const escaped = (text: string) => text.replace(/[\\`*_{}[\]<>#|]/g, "\\$&").replace(/\s+/g, " ");

const isoMinute = (at: string) => `${at.slice(0, 16).replace("T", " ")} UTC`;

const entryText = ({ kind, actor, from, to, text }: Entry) =>
  [
    `**${escaped(actor.name || actor.type)}** ${kind.replaceAll("_", " ")}`,
    from !== null && to !== null ? `(${escaped(from)} to ${escaped(to)})` : "",
    text ? `: ${escaped(text)}` : "",
  ]
    .filter(Boolean)
    .join(" ")
    .replace(" :", ":");

/** The incident with its timeline, oldest first, for a postmortem or a chat. */
export function incidentMarkdown(incident: Incident, entries: readonly Entry[], address: string): string {
  const { number, title, severity, status, service, environment, release, assignee, source } = incident;
  const facts = [
    ["Severity", severity_labels[severity]],
    ["Status", incident_status_labels[status]],
    ["Service", service.name],
    ["Environment", environment],
    ["Release", release],
    ["Owner", assignee],
    ["Events", String(incident.occurrences)],
    ["Opened", isoMinute(incident.opened_at)],
    ["Resolved", incident.resolved_at ? isoMinute(incident.resolved_at) : null],
    ["Sentry", source?.url],
    ["Tocsin", address],
  ].filter((fact): fact is [string, string] => Boolean(fact[1]));
  return [
    `# #${number} ${escaped(title)}`,
    "",
    ...facts.map(([name, value]) => `- ${name}: ${/^https?:/.test(value) ? `<${value}>` : escaped(value)}`),
    "",
    "## Timeline",
    "",
    ...byTime(entries).map((entry) => `- ${isoMinute(entry.at)}: ${entryText(entry)}`),
    "",
  ].join("\n");
}

// A spreadsheet takes a cell that begins with one of these for a formula.
const formula_start = /^[=+\-@\t\r]/;

const cell = (value: string | null) => {
  const text = value ?? "";
  return `"${(formula_start.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
};

/** The timeline, oldest first, as comma-separated values. */
export const timelineCsv = (entries: readonly Entry[]) =>
  [
    ["at", "kind", "actor_type", "actor", "from", "to", "text", "delivery_id"],
    ...byTime(entries).map(({ at, kind, actor, from, to, text, delivery_id }) => [
      at,
      kind,
      actor.type,
      actor.name,
      from,
      to,
      text,
      delivery_id,
    ]),
  ]
    .map((row) => `${row.map(cell).join(",")}\r\n`)
    .join("");

/** Has the browser save a text as a file. */
export function saveFile(name: string, type: string, text: string) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
