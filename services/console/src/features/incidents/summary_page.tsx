import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { Schemas } from "../../api/client";
import { useOrg } from "../../api/org";
import { summaryQuery } from "../../api/queries";
import { BackIcon } from "../../ui/icons";
import { Page } from "../../ui/page";
import { Panel } from "../../ui/panel";
import { AsOf, Empty, Loaded } from "../../ui/states";
import { TextLink } from "../../ui/text_link";
import { duration } from "../../ui/time";
import css from "./summary_page.module.css";

const route = getRouteApi("/o/$org/incidents/summary");

type Summary = Schemas["IncidentSummary"];

const periods = [
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
] as const;

const period_of = (text: string | undefined) => periods.find(({ value }) => value === text)?.value ?? "30";

const day_name = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const nameOf = (date: string) => day_name.format(new Date(`${date}T00:00:00Z`));

const sum = (days: Summary["days"], what: "opened" | "resolved") =>
  days.reduce((total, day) => total + day[what], 0);

/** Two bars a day. What they say is said in words too, and number by number in the table below them. */
function Chart({ days }: { days: Summary["days"] }) {
  const most = Math.max(1, ...days.flatMap(({ opened, resolved }) => [opened, resolved]));
  const first = days[0];
  const last = days.at(-1);
  if (!first || !last) return null;
  const height = (count: number) => ({ height: `${(100 * count) / most}%` });
  return (
    <>
      <p className={css.legend}>
        <span className={css.key}>{sum(days, "opened")} opened</span>
        <span className={css.key} data-resolved>
          {sum(days, "resolved")} resolved
        </span>
      </p>
      <div
        className={css.chart}
        role="img"
        aria-label={`Incidents a day from ${nameOf(first.date)} to ${nameOf(last.date)}: ${sum(days, "opened")} opened, ${sum(days, "resolved")} resolved, at most ${most} a day.`}
      >
        <div className={css.scale}>
          <span>{most}</span>
          <span>0</span>
        </div>
        <div className={css.days}>
          {days.map(({ date, opened, resolved }) => (
            <div
              key={date}
              className={css.day}
              title={`${nameOf(date)}: ${opened} opened, ${resolved} resolved`}
            >
              <span className={`${css.bar} ${css.opened}`} style={height(opened)} />
              <span className={`${css.bar} ${css.resolved}`} style={height(resolved)} />
            </div>
          ))}
        </div>
        <div className={css.ends}>
          <span>{nameOf(first.date)}</span>
          <span>{nameOf(last.date)}</span>
        </div>
      </div>
      <details className={css.numbers}>
        <summary>The numbers</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region */}
        <section className={css.scroll} tabIndex={0} aria-label="Incidents a day">
          <table className={css.table}>
            <thead>
              <tr>
                <th scope="col">Day (UTC)</th>
                <th scope="col">Opened</th>
                <th scope="col">Resolved</th>
              </tr>
            </thead>
            <tbody>
              {days.toReversed().map(({ date, opened, resolved }) => (
                <tr key={date}>
                  <th scope="row">{nameOf(date)}</th>
                  <td>{opened}</td>
                  <td>{resolved}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </details>
    </>
  );
}

const after = (seconds: number | null) => (seconds === null ? "–" : duration(1_000 * seconds));

function Services({ services }: { services: Summary["services"] }) {
  const { slug: org } = useOrg();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region
    <section className={css.scroll} tabIndex={0} aria-label="Services and their times">
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">Service</th>
            <th scope="col">Opened</th>
            <th scope="col">Still open</th>
            <th scope="col">Acknowledged after</th>
            <th scope="col">Resolved after</th>
          </tr>
        </thead>
        <tbody>
          {services.map(({ service, opened, still_open, ...times }) => (
            <tr key={service.id}>
              <th scope="row">
                <TextLink
                  to="/o/$org/incidents"
                  params={{ org }}
                  search={{ service: service.slug, status: "all" }}
                  inherit
                >
                  {service.name}
                </TextLink>
              </th>
              <td>{opened}</td>
              <td>{still_open}</td>
              <td>{after(times.acknowledged_after_seconds)}</td>
              <td>{after(times.resolved_after_seconds)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function SummaryPage() {
  const { slug: org } = useOrg();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const days = period_of(search.days);
  const query = useQuery(summaryQuery(org, Number(days)));
  return (
    <Page
      title="Over time"
      aside={
        <>
          <AsOf at={query.dataUpdatedAt} failing={query.isRefetchError} />{" "}
          <TextLink to="/o/$org/incidents" params={{ org }} inherit>
            <BackIcon size={14} /> All incidents
          </TextLink>
        </>
      }
      actions={
        <SegmentedControl
          size="xs"
          aria-label="Period"
          data={[...periods]}
          value={days}
          onChange={(value) => void navigate({ search: { days: value }, replace: true })}
        />
      }
    >
      <Loaded query={query}>
        {(summary) =>
          summary.services.length === 0 ? (
            <Empty title="No incident in this period">Choose a longer one, or enjoy it.</Empty>
          ) : (
            <>
              <Panel title="Incidents a day">
                <Chart days={summary.days} />
              </Panel>
              <Panel title="Services, and how long it takes (median)" flush>
                <Services services={summary.services} />
              </Panel>
            </>
          )
        }
      </Loaded>
    </Page>
  );
}
