import { type ReactNode, useEffect, useRef } from "react";
import css from "./card_page.module.css";
import { Mark } from "./icons";

interface CardPageProps {
  title: string;
  tagline: ReactNode;
  children: ReactNode;
}

/** A page that needs no session: a single card. */
export function CardPage({ title, tagline, children }: CardPageProps) {
  const top = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Tocsin`;
  }, [title]);
  useEffect(() => top.current?.focus({ preventScroll: true }), []);
  return (
    <main className={css.page}>
      <div className={css.card}>
        <div className={css.brand}>
          <Mark size={40} />
          <div>
            <h1 ref={top} tabIndex={-1} className={css.title}>
              {title}
            </h1>
            <p className={css.tagline}>{tagline}</p>
          </div>
        </div>
        {children}
      </div>
    </main>
  );
}
