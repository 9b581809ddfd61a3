import { CloseButton } from "@mantine/core";
import type { ReactNode } from "react";
import { AlertIcon, CheckIcon } from "./icons";
import css from "./notice.module.css";

interface NoticeProps {
  tone: "bad" | "hint" | "good";
  title: string;
  children?: ReactNode;
  onClose?: () => void;
}

/** A message. A bad one interrupts a screen reader; the others wait for a pause. */
export function Notice({ tone, title, children, onClose }: NoticeProps) {
  return (
    <div className={css.notice} data-tone={tone} role={tone === "bad" ? "alert" : "status"}>
      <span className={css.icon}>{tone === "good" ? <CheckIcon /> : <AlertIcon />}</span>
      <div className={css.content}>
        <strong className={css.title}>{title}</strong>
        {children ? <div>{children}</div> : null}
      </div>
      {onClose ? <CloseButton size="sm" aria-label="Dismiss" onClick={onClose} /> : null}
    </div>
  );
}
