import { Title } from "@mantine/core";
import { type ReactNode, useEffect, useRef } from "react";
import css from "./page.module.css";

interface PageProps {
  /** The document's title, and the heading unless there is one. */
  title: string;
  heading?: ReactNode;
  aside?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A page: sets the document's title, and focuses the heading when it appears. */
export function Page({ title, heading, aside, actions, children }: PageProps) {
  const page = useRef<HTMLDivElement>(null);
  const top = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Tocsin`;
  }, [title]);
  useEffect(() => {
    // Unless the focus is in the page already (the address may name a field) or in a dialog.
    const isInDialog = document.activeElement?.closest('[role="dialog"]') !== null;
    if (!isInDialog && !page.current?.contains(document.activeElement))
      top.current?.focus({ preventScroll: true });
  }, []);
  return (
    <div className={css.page} ref={page}>
      <header className={css.header}>
        <Title order={1} ref={top} tabIndex={-1} className={css.title}>
          {heading ?? title}
        </Title>
        {aside ? <div className={css.aside}>{aside}</div> : null}
        {actions ? <div className={css.actions}>{actions}</div> : null}
      </header>
      {children}
    </div>
  );
}
