import { useNow } from "./clock";
import css from "./expiry.module.css";
import { RelativeTime } from "./time";

/** "Expires in 3d", "Expired 2h ago", "Does not expire" */
export function Expiry({ at }: { at: string | null }) {
  const now = useNow();
  if (at === null) return <span>Does not expire</span>;
  const isExpired = Date.parse(at) <= now;
  return (
    <span className={isExpired ? css.expired : undefined}>
      {isExpired ? "Expired" : "Expires"} <RelativeTime at={at} />
    </span>
  );
}
