import { useNow } from "./clock";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const absolute = new Intl.DateTimeFormat("en-GB", {
  year: "numeric",
  month: "short",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZoneName: "short",
});

const clock_time = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

/** A length of time in the two units that matter: "45 s", "12 min", "3 h 5 min", "4 d 2 h". */
export function duration(milliseconds: number): string {
  const length = Math.max(0, milliseconds);
  if (length < minute) return `${Math.floor(length / second)} s`;
  if (length < hour) return `${Math.floor(length / minute)} min`;
  if (length < day) {
    const minutes = Math.floor((length % hour) / minute);
    return `${Math.floor(length / hour)} h${minutes > 0 ? ` ${minutes} min` : ""}`;
  }
  const hours = Math.floor((length % day) / hour);
  const days = Math.floor(length / day);
  return `${days} d${hours > 0 && days < 7 ? ` ${hours} h` : ""}`;
}

export function relative(at: number, now: number): string {
  const distance = at - now;
  // The server's clock may be a little ahead of this one.
  if (Math.abs(distance) < 10 * second) return "just now";
  return distance < 0 ? `${duration(-distance)} ago` : `in ${duration(distance)}`;
}

export const absoluteTime = (at: number) => absolute.format(at);
export const clockTime = (at: number) => clock_time.format(at);

/** A moment, told from now; the full date with its zone is in the title. */
export function Moment({ at, age = false }: { at: string; age?: boolean }) {
  const now = useNow();
  const time = Date.parse(at);
  if (Number.isNaN(time)) return <span>{at}</span>;
  return (
    <time dateTime={at} title={absolute.format(time)}>
      {age ? duration(now - time) : relative(time, now)}
    </time>
  );
}

/** A moment, told in full. */
export function FullMoment({ at }: { at: string }) {
  const time = Date.parse(at);
  if (Number.isNaN(time)) return <span>{at}</span>;
  return <time dateTime={at}>{absolute.format(time)}</time>;
}
