import { Button } from "@mantine/core";
import { type RefObject, useEffect, useRef, useState } from "react";
import css from "./copy.module.css";
import { CheckIcon } from "./icons";

const shown_for = 2_000;
type End = "copied" | "selected" | "failed";

/** Without a secure context there is no clipboard to write to: the text is selected, for the person to copy. */
async function copy(text: string, from: HTMLElement | null): Promise<End> {
  try {
    await navigator.clipboard.writeText(text);
    return "copied";
  } catch {
    if (from === null) return "failed";
    window.getSelection()?.selectAllChildren(from);
    return "selected";
  }
}

const buttons: Record<End, string> = { copied: "Copied", selected: "Selected", failed: "Not copied" };
const reports: Record<End, (label: string) => string> = {
  copied: (label) => `${label} copied`,
  selected: (label) => `${label} selected, copy it now`,
  failed: (label) => `The browser did not let ${label} be copied`,
};

interface CopyButtonProps {
  /** What it is. */
  label: string;
  text: string;
  shown?: string;
  /** Where the text stands, to be selected where it cannot be copied. */
  from?: RefObject<HTMLElement | null>;
}

export function CopyButton({ label, text, shown = "Copy", from }: CopyButtonProps) {
  const [end, setEnd] = useState<End>();
  useEffect(() => {
    if (end === undefined) return;
    const timer = window.setTimeout(() => setEnd(undefined), shown_for);
    return () => window.clearTimeout(timer);
  }, [end]);
  return (
    <>
      <Button
        variant="default"
        size="compact-sm"
        className={css.button ?? ""}
        aria-label={end ? `${buttons[end]}: ${label}` : shown === "Copy" ? `Copy ${label}` : shown}
        {...(end === "copied" ? { leftSection: <CheckIcon size={14} /> } : {})}
        onClick={() => void copy(text, from?.current ?? null).then(setEnd)}
      >
        {end ? buttons[end] : shown}
      </Button>
      <span role="status" className={css.said}>
        {end ? reports[end](label) : ""}
      </span>
    </>
  );
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
      <CopyButton label={label} text={value} from={text} />
    </div>
  );
}
