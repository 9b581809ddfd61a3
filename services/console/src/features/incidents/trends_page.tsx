import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { Schemas } from "../../api/client";
import { useOrg } from "../../api/org";
import { summaryQuery } from "../../api/queries";
import { BackLink } from "../../ui/back_link";
import { formatDay, formatDuration } from "../../ui/format";
import { Page } from "../../ui/page";
import { Panel } from "../../ui/panel";
import { EmptyState, Freshness, Loaded } from "../../ui/states";
import { TextLink } from "../../ui/text_link";
import css from "./trends_page.module.css";

const route = getRouteApi("/o/$org/incidents/summary");

type Summary = Schemas["IncidentSummary"];
type Days = Summary["days"];

/** Values are days. */
const periods = [
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
] as const;

const periodOf = (text: string | undefined) => periods.find(({ value }) => value === text)?.value ?? "30";

const total = (days: Days, kind: "opened" | "resolved") => days.reduce((sum, day) => sum + day[kind], 0);

/** Two bars for each day. The label has the totals as text. */
function Bars({ days, max }: { days: Days; max: number }) {
  const first = days[0];
  const last = days.at(-1);
  if (!first || !last) return null;
  const height = (count: number) => ({ height: `${(100 * count) / max}%` });
  return (
    <div
      className={css.chart}
      role="img"
      aria-label={`Incidents per day from ${formatDay(first.date)} to ${formatDay(last.date)}: ${total(days, "opened")} opened, ${total(days, "resolved")} resolved, at most ${max} per day.`}
    >
      <div className={css.scale}>
        <span>{max}</span>
        <span>0</span>
      </div>
      <div className={css.days}>
        {days.map(({ date, opened, resolved }) => (
          <div
            key={date}
            className={css.day}
            title={`${formatDay(date)}: ${opened} opened, ${resolved} resolved`}
          >
            <span className={`${css.bar} ${css.opened}`} style={height(opened)} />
            <span className={`${css.bar} ${css.resolved}`} style={height(resolved)} />
          </div>
        ))}
      </div>
      <div className={css.range}>
        <span>{formatDay(first.date)}</span>
        <span>{formatDay(last.date)}</span>
      </div>
    </div>
  );
}

const DayTable = ({ days }: { days: Days }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region
  <section className={css.scroll} tabIndex={0} aria-label="Incidents per day">
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
            <th scope="row">{formatDay(date)}</th>
            <td>{opened}</td>
            <td>{resolved}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </section>
);

function Chart({ days }: { days: Days }) {
  const max = Math.max(1, ...days.flatMap(({ opened, resolved }) => [opened, resolved]));
  return (
    <>
      <p className={css.legend}>
        <span className={css.legendEntry}>{total(days, "opened")} opened</span>
        <span className={css.legendEntry} data-resolved>
          {total(days, "resolved")} resolved
        </span>
      </p>
      <Bars days={days} max={max} />
      <details className={css.data}>
        <summary>Show data</summary>
        <DayTable days={days} />
      </details>
    </>
  );
}

const formatMedian = (seconds: number | null) => (seconds === null ? "–" : formatDuration(1_000 * seconds));

function ServiceTable({ services }: { services: Summary["services"] }) {
  const { slug: org } = useOrg();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region
    <section className={css.scroll} tabIndex={0} aria-label="Median times by service">
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">Service</th>
            <th scope="col">Opened</th>
            <th scope="col">Still open</th>
            <th scope="col">Time to acknowledge</th>
            <th scope="col">Time to resolve</th>
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
              <td>{formatMedian(times.acknowledged_after_seconds)}</td>
              <td>{formatMedian(times.resolved_after_seconds)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function TrendsPage() {
  const { slug: org } = useOrg();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const days = periodOf(search.days);
  const query = useQuery(summaryQuery(org, Number(days)));
  return (
    <Page
      title="Trends"
      aside={
        <>
          <Freshness at={query.dataUpdatedAt} failing={query.isRefetchError} />
          <BackLink to="/o/$org/incidents" params={{ org }}>
            All incidents
          </BackLink>
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
            <EmptyState title="No incidents in this period">Choose a longer period.</EmptyState>
          ) : (
            <>
              <Panel title="Incidents per day">
                <Chart days={summary.days} />
              </Panel>
              <Panel title="Median time to acknowledge and resolve" flush>
                <ServiceTable services={summary.services} />
              </Panel>
            </>
          )
        }
      </Loaded>
    </Page>
  );
}
