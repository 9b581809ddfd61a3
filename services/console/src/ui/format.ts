const locale = "en-US";

const number_format = new Intl.NumberFormat(locale);
const compact_format = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });

/** "1,824" */
export const formatNumber = (value: number) => number_format.format(value);

/** "1.8K" */
export const formatCompact = (value: number) => compact_format.format(value);

/** "1 project", "1,824 projects" */
export const formatCount = (count: number, noun: string, plural = `${noun}s`) =>
  `${formatNumber(count)} ${count === 1 ? noun : plural}`;

// A 24-hour clock everywhere, so that times can be compared with logs.
const clock = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;
const date = { year: "numeric", month: "short", day: "2-digit" } as const;

const date_time_format = new Intl.DateTimeFormat(locale, { ...date, ...clock, timeZoneName: "short" });
const time_format = new Intl.DateTimeFormat(locale, clock);
const utc_day_format = new Intl.DateTimeFormat(locale, { month: "short", day: "numeric", timeZone: "UTC" });

/** "Jan 02, 2026, 03:04:05 UTC" in the zone of the browser. */
export const formatDateTime = (at: number) => date_time_format.format(at);

/** "03:04:05" in the zone of the browser. */
export const formatTime = (at: number) => time_format.format(at);

const short_date_time_format = new Intl.DateTimeFormat(locale, { month: "short", day: "numeric", ...clock });

/** "03:04:05" if it is the same day as `now`, else "Jan 2, 03:04:05", in the zone of the browser. */
export const formatLocal = (at: number, now: number) =>
  new Date(at).toDateString() === new Date(now).toDateString()
    ? time_format.format(at)
    : short_date_time_format.format(at);

/** "Jan 2", of a date such as 2026-01-02. */
export const formatDay = (day: string) => utc_day_format.format(new Date(`${day}T00:00:00Z`));

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** In the two largest units: "45s", "12m", "3h 5m", "4d 2h"; "9d" from a week on. */
export function formatDuration(milliseconds: number): string {
  const length = Math.max(0, milliseconds);
  if (length < minute) return `${Math.floor(length / second)}s`;
  if (length < hour) return `${Math.floor(length / minute)}m`;
  if (length < day) {
    const minutes = Math.floor((length % hour) / minute);
    return `${Math.floor(length / hour)}h${minutes > 0 ? ` ${minutes}m` : ""}`;
  }
  const hours = Math.floor((length % day) / hour);
  const days = Math.floor(length / day);
  return `${days}d${hours > 0 && days < 7 ? ` ${hours}h` : ""}`;
}

/** "0:45", "3:12", "1:02:03": the time that is left. */
export function formatCountdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / second));
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(seconds % 60)}`;
}

/** "3m ago", "in 2h"; "now" within ten seconds, because the clocks of server and browser differ a little. */
export function formatRelative(at: number, now: number): string {
  const distance = at - now;
  if (Math.abs(distance) < 10 * second) return "now";
  return distance < 0 ? `${formatDuration(-distance)} ago` : `in ${formatDuration(distance)}`;
}

/** "now", "41m", "3h", "12d": how long ago, in the largest unit. */
export function formatAge(at: number, now: number): string {
  const age = now - at;
  return age < 10 * second ? "now" : (formatDuration(age).split(" ")[0] ?? "");
}
