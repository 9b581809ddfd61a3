import { useNow, useSeconds } from "./clock";
import {
  formatAge,
  formatCountdown,
  formatDateTime,
  formatDuration,
  formatLocal,
  formatRelative,
} from "./format";

interface RelativeTimeProps {
  /** RFC 3339. */
  at: string;
  /** Shows the length of time since then, without "ago". */
  age?: boolean;
}

/** A time relative to now; its tooltip is the full date with its zone. */
export function RelativeTime({ at, age = false }: RelativeTimeProps) {
  const now = useNow();
  const time = Date.parse(at);
  if (Number.isNaN(time)) return <span>{at}</span>;
  return (
    <time dateTime={at} title={formatDateTime(time)}>
      {age ? formatDuration(now - time) : formatRelative(time, now)}
    </time>
  );
}

/** A full date and time. */
export function AbsoluteTime({ at }: { at: string }) {
  const time = Date.parse(at);
  if (Number.isNaN(time)) return <span>{at}</span>;
  return <time dateTime={at}>{formatDateTime(time)}</time>;
}

/** A time of day, with its date if that is not today; the tooltip is the full date with its zone. */
export function LocalTime({ at }: { at: string }) {
  const now = useNow();
  const time = Date.parse(at);
  if (Number.isNaN(time)) return <span>{at}</span>;
  return (
    <time dateTime={at} title={formatDateTime(time)}>
      {formatLocal(time, now)}
    </time>
  );
}

/** "41m": how long ago, in one unit; the tooltip is the full date with its zone. */
export function Age({ at }: { at: string }) {
  const now = useNow();
  const time = Date.parse(at);
  if (Number.isNaN(time)) return <span>{at}</span>;
  return (
    <time dateTime={at} title={formatDateTime(time)}>
      {formatAge(time, now)}
    </time>
  );
}

/** "in 3:12", then "now". */
export function Countdown({ at }: { at: string }) {
  const now = useSeconds();
  const time = Date.parse(at);
  if (Number.isNaN(time)) return <span>{at}</span>;
  return (
    <time dateTime={at} title={formatDateTime(time)}>
      {time <= now ? "now" : `in ${formatCountdown(time - now)}`}
    </time>
  );
}
