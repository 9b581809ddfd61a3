import { Title } from "@mantine/core";
import { type ReactNode, useId } from "react";
import css from "./panel.module.css";

interface PanelProps {
  title: string;
  actions?: ReactNode;
  /** The content reaches the edges of the panel. */
  flush?: boolean;
  children: ReactNode;
}

/** A titled part of a page. */
export function Panel({ title, actions, flush = false, children }: PanelProps) {
  const id = useId();
  return (
    <section className={css.panel} aria-labelledby={id}>
      <div className={css.head}>
        <Title order={2} id={id} className={css.title}>
          {title}
        </Title>
        {actions ? <div className={css.actions}>{actions}</div> : null}
      </div>
      <div className={flush ? css.flush : css.body}>{children}</div>
    </section>
  );
}
