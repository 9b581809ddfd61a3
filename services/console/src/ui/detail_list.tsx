import type { ReactNode } from "react";
import css from "./detail_list.module.css";

/** Names and values; entries without a value are left out. */
export function DetailList({ items }: { items: Readonly<Record<string, ReactNode>> }) {
  const present = Object.entries(items).filter(
    ([, value]) => value !== null && value !== undefined && value !== "",
  );
  return (
    <div className={css.frame}>
      <dl className={css.list}>
        {present.map(([name, value]) => (
          <div key={name} className={css.item}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
