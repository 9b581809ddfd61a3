import { Button } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import css from "./copy.module.css";
import { CheckIcon } from "./icons";

const shown_for = 2_000;

/** Without a secure context there is no clipboard to write to: the text is selected, for the person to copy. */
async function copyFrom(element: HTMLElement, text: string): Promise<"copied" | "selected"> {
  try {
    await navigator.clipboard.writeText(text);
    return "copied";
  } catch {
    window.getSelection()?.selectAllChildren(element);
    return "selected";
  }
}

interface CopyableProps {
  /** What it is, as the other side's form calls it. */
  label: string;
  value: string;
  block?: boolean;
}

/** A value to be carried elsewhere, with a button that copies it. */
export function Copyable({ label, value, block = false }: CopyableProps) {
  const text = useRef<HTMLElement>(null);
  const [end, setEnd] = useState<"copied" | "selected">();
  useEffect(() => {
    if (end === undefined) return;
    const timer = window.setTimeout(() => setEnd(undefined), shown_for);
    return () => window.clearTimeout(timer);
  }, [end]);
  const copy = async () => {
    if (text.current) setEnd(await copyFrom(text.current, value));
  };
  return (
    <div className={css.copyable} data-block={block || undefined}>
      {block ? (
        // Scrolls, so it has to be reachable without a pointer.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region
        <section className={css.block} ref={text} tabIndex={0} aria-label={label}>
          {value}
        </section>
      ) : (
        <code className={css.value} ref={text}>
          {value}
        </code>
      )}
      <Button
        variant="default"
        size="compact-sm"
        className={css.button ?? ""}
        aria-label={`Copy ${label}`}
        {...(end === "copied" ? { leftSection: <CheckIcon size={14} /> } : {})}
        onClick={() => void copy()}
      >
        {end === "copied" ? "Copied" : end === "selected" ? "Selected" : "Copy"}
      </Button>
      <span role="status" className={css.said}>
        {end === "copied" ? `${label} copied` : end === "selected" ? `${label} selected, copy it now` : ""}
      </span>
    </div>
  );
}
