import { useQuery } from "@tanstack/react-query";
import { useOrg } from "../../api/org";
import { method_labels, urgency_labels } from "../../api/vocabulary";
import { PageBadge } from "../../ui/badges";
import { formatCount } from "../../ui/format";
import { AlertIcon } from "../../ui/icons";
import { Panel } from "../../ui/panel";
import { Loaded } from "../../ui/states";
import { Countdown, LocalTime } from "../../ui/time";
import {
  type Alarm,
  alarmQuery,
  incidentPagesQuery,
  type Page,
  type Policy,
  policiesQuery,
} from "./oncall_api";
import { isReached, type PagedPerson, personsOf, splitByAlarm } from "./page_groups";
import { ProofLadder } from "./proof_ladder";
import css from "./who_knows.module.css";

/** The policy by which an alarm runs, if it still has the steps that it had then. */
const policyOf = (alarm: Alarm, policies: readonly Policy[] | undefined) =>
  policies?.find(({ id, version }) => id === alarm.policy_id && version === alarm.policy_version);

/** "step 2, lap 1"; steps are counted from 0. */
function placeOf({ step, lap }: { step: number; lap: number }, policy: Policy | undefined) {
  if (policy && step >= policy.steps.length) return "last resort";
  return policy?.laps === 1 ? `step ${step + 1}` : `step ${step + 1}, lap ${lap}`;
}

/** Attempts that did not succeed, with the reason that the server gives. */
function FailedAttempts({ page }: { page: Page }) {
  const failed = page.attempts.filter(({ outcome }) => outcome !== null && outcome !== "accepted");
  if (failed.length === 0) return null;
  const words = {
    refused: "Refused",
    failed: "Failed",
    unknown: "Interrupted",
    accepted: "Accepted",
  } as const;
  return (
    <ul className={css.attempts} aria-label="Failed attempts">
      {failed.map(({ at, outcome, http_status, detail }) => (
        <li key={at}>
          <LocalTime at={at} /> {words[outcome ?? "unknown"] ?? outcome}
          {http_status === null ? "" : ` with status ${http_status}`}
          {detail ? `: ${detail}` : ""}
        </li>
      ))}
    </ul>
  );
}

function PageLine({ page, policy }: { page: Page; policy: Policy | undefined }) {
  const isWaiting = page.state === "due" || page.state === "held";
  return (
    <li className={css.page}>
      <div className={css.pageHead}>
        <PageBadge state={page.state} />
        <span>
          {page.method
            ? `${method_labels[page.method.kind] ?? page.method.kind} ${page.method.mask}`
            : "Deleted method"}
        </span>
        <span className={css.quiet}>{placeOf(page, policy)}</span>
        <span className={css.quiet}>
          {isWaiting ? <Countdown at={page.due_at} /> : <LocalTime at={page.accepted_at ?? page.due_at} />}
        </span>
      </div>
      {page.reason ? <div className={css.quiet}>{page.reason}</div> : null}
      <FailedAttempts page={page} />
    </li>
  );
}

// The older pages of a person are behind a button.
const max_shown_pages = 2;

function PersonLine({ person, policy }: { person: PagedPerson; policy: Policy | undefined }) {
  const name = person.name || person.email;
  const isKnown = person.pages.some(isReached);
  const older = person.pages.slice(max_shown_pages);
  return (
    <li className={css.person} data-unreached={isKnown ? undefined : true}>
      <div className={css.head}>
        <strong title={person.email}>{name}</strong>
        <ProofLadder person={person} />
      </div>
      <ul className={css.pages} aria-label={`Pages to ${name}`}>
        {person.pages.slice(0, max_shown_pages).map((page) => (
          <PageLine key={page.id} page={page} policy={policy} />
        ))}
      </ul>
      {older.length > 0 ? (
        <details className={css.older}>
          <summary>{formatCount(older.length, "earlier page")}</summary>
          <ul className={css.pages} aria-label={`Earlier pages to ${name}`}>
            {older.map((page) => (
              <PageLine key={page.id} page={page} policy={policy} />
            ))}
          </ul>
        </details>
      ) : null}
    </li>
  );
}

const ended_texts: Partial<Record<Alarm["state"], string>> = {
  acknowledged: "A person acknowledged the incident",
  resolved: "The incident was resolved",
  moved: "The incident was moved to another service",
};

/** What happens next, or how the alarm ended. */
function NextStep({ alarm, policy }: { alarm: Alarm; policy: Policy | undefined }) {
  if (alarm.state !== "running") {
    const text = ended_texts[alarm.state];
    if (text === undefined) return null;
    return (
      <p className={css.next}>
        {text}, so no further pages are sent.
        {alarm.ended_at ? (
          <>
            {" "}
            The alarm ended at <LocalTime at={alarm.ended_at} />.
          </>
        ) : null}
      </p>
    );
  }
  if (alarm.due_at === null) return null;
  const names = [...new Set(alarm.next.map(({ person }) => person.name || person.email))];
  const place =
    alarm.step === null || alarm.lap === null ? "" : placeOf({ step: alarm.step, lap: alarm.lap }, policy);
  return (
    <p className={css.next}>
      <strong>Next:</strong> {names.length > 0 ? names.join(", ") : "no person"}{" "}
      <strong>
        <Countdown at={alarm.due_at} />
      </strong>{" "}
      <span className={css.quiet}>
        {place}
        {alarm.urgency === null ? "" : ` · ${urgency_labels[alarm.urgency].toLowerCase()} urgency`}
      </span>
    </p>
  );
}

function RedLine({ alarm, pages }: { alarm: Alarm; pages: readonly Page[] }) {
  const isUnreached = !pages.some(isReached);
  const text =
    alarm.state === "exhausted"
      ? `All laps of the policy are over without an acknowledgment${isUnreached ? ", and no person was reached" : ""}.`
      : alarm.state === "running" && isUnreached
        ? "No person has been reached yet."
        : undefined;
  return (
    // A screen reader announces only text that is added to an existing region.
    <p role="status" className={css.redLine}>
      {text ? (
        <>
          <AlertIcon /> {text}
        </>
      ) : null}
    </p>
  );
}

interface PagingProps {
  alarm: Alarm;
  pages: readonly Page[];
  policy: Policy | undefined;
}

function Paging({ alarm, pages, policy }: PagingProps) {
  if (alarm.state === "none" && pages.length === 0)
    return (
      <p className={css.none}>
        No person was paged because of this incident. The severity info and test notifications page no person.
      </p>
    );
  const { current, earlier } = splitByAlarm(alarm, pages);
  return (
    <>
      <RedLine alarm={alarm} pages={current} />
      <NextStep alarm={alarm} policy={policy} />
      <ul className={css.persons} aria-label="Who was paged">
        {personsOf(current).map((person) => (
          <PersonLine key={person.email} person={person} policy={policy} />
        ))}
      </ul>
      {earlier.length > 0 ? (
        <details className={css.older}>
          <summary>{formatCount(earlier.length, "page")} of earlier alarms</summary>
          <ul className={css.persons} aria-label="Who was paged by earlier alarms">
            {personsOf(earlier).map((person) => (
              <PersonLine key={person.email} person={person} policy={undefined} />
            ))}
          </ul>
        </details>
      ) : null}
    </>
  );
}

/** Who was paged because of an incident, by which methods, with what proof, and who is next. */
export function WhoKnows({ number }: { number: number }) {
  const { slug: org } = useOrg();
  const alarm = useQuery(alarmQuery(org, number));
  const pages = useQuery(incidentPagesQuery(org, number));
  const { data: policies } = useQuery(policiesQuery(org));
  return (
    <Panel title="Who knows">
      <Loaded query={alarm} rows={2}>
        {(loaded) => (
          <Loaded query={pages} rows={2}>
            {(items) => <Paging alarm={loaded} pages={items} policy={policyOf(loaded, policies)} />}
          </Loaded>
        )}
      </Loaded>
    </Panel>
  );
}
