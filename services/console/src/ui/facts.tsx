import type { ReactNode } from "react";
import css from "./facts.module.css";

/** Names and values; what has no value is left out. */
export function Facts({ items }: { items: Readonly<Record<string, ReactNode>> }) {
  const known = Object.entries(items).filter(
    ([, value]) => value !== null && value !== undefined && value !== "",
  );
  return (
    <div className={css.frame}>
      <dl className={css.facts}>
        {known.map(([name, value]) => (
          <div key={name} className={css.fact}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
