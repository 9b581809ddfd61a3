import { Title } from "@mantine/core";
import { type ReactNode, useEffect, useRef } from "react";
import css from "./page.module.css";

interface PageProps {
  title: string;
  heading?: ReactNode;
  aside?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A screen: names the document, and takes the focus to its heading when it appears. */
export function Page({ title, heading, aside, actions, children }: PageProps) {
  const page = useRef<HTMLDivElement>(null);
  const top = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Tocsin`;
  }, [title]);
  useEffect(() => {
    // Unless the address asked for something else on the screen, or a dialog was opened meanwhile.
    const elsewhere = document.activeElement?.closest('[role="dialog"]') ?? null;
    if (elsewhere === null && !page.current?.contains(document.activeElement))
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
