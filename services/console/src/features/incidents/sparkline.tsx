import type { Schemas } from "../../api/client";
import { formatCount } from "../../ui/format";
import css from "./incident_summary.module.css";

type Entry = Schemas["TimelineEntry"];

const hour = 3_600_000;
const hours = 24;
const counted_kinds: readonly Entry["kind"][] = ["opened", "reopened", "alert_attached", "event_counted"];

/** How many alerts and events the timeline has for each of the last 24 hours, the oldest hour first. */
export function hourlyCounts(entries: readonly Entry[], now: number): number[] {
  const counts = Array.from({ length: hours }, () => 0);
  for (const { kind, at } of entries) {
    const index = hours - 1 - Math.floor((now - Date.parse(at)) / hour);
    if (counted_kinds.includes(kind) && index >= 0 && index < hours) counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts;
}

/** The last 24 hours as bars. Its place is kept while the timeline loads. */
export function Sparkline({ entries, now }: { entries: readonly Entry[]; now: number }) {
  const counts = hourlyCounts(entries, now);
  const most = Math.max(1, ...counts);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return (
    <svg
      className={css.sparkline}
      viewBox="0 0 96 20"
      role="img"
      aria-label={`${formatCount(total, "alert or event", "alerts and events")} in the last 24 hours, at most ${most} in one hour`}
    >
      {counts.map((count, n) => {
        const height = count === 0 ? 1 : Math.max(3, (count / most) * 20);
        // biome-ignore lint/suspicious/noArrayIndexKey: one bar for each hour
        return <rect key={n} x={n * 4} y={20 - height} width="3" height={height} />;
      })}
    </svg>
  );
}
