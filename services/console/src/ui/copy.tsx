import { Button } from "@mantine/core";
import { type RefObject, useEffect, useRef, useState } from "react";
import css from "./copy.module.css";
import { CheckIcon } from "./icons";

/** How long the result is shown, in milliseconds. */
const result_time = 2_000;

type CopyResult = "copied" | "selected" | "failed";

/** Without a secure context there is no clipboard: then the text is selected, for the user to copy. */
async function copyText(text: string, source: HTMLElement | null): Promise<CopyResult> {
  try {
    await navigator.clipboard.writeText(text);
    return "copied";
  } catch {
    if (source === null) return "failed";
    window.getSelection()?.selectAllChildren(source);
    return "selected";
  }
}

const button_texts: Record<CopyResult, string> = {
  copied: "Copied",
  selected: "Selected",
  failed: "Not copied",
};
const announcements: Record<CopyResult, (label: string) => string> = {
  copied: (label) => `Copied ${label}`,
  selected: (label) => `Selected ${label}. Copy it now.`,
  failed: (label) => `The browser did not allow copying ${label}`,
};

interface CopyButtonProps {
  /** What is copied: "the webhook URL". */
  label: string;
  text: string;
  /** The text of the button. */
  caption?: string;
  /** The element with the text, which is selected if it cannot be copied. */
  source?: RefObject<HTMLElement | null>;
}

export function CopyButton({ label, text, caption, source }: CopyButtonProps) {
  const [result, setResult] = useState<CopyResult>();
  useEffect(() => {
    if (result === undefined) return;
    const timer = window.setTimeout(() => setResult(undefined), result_time);
    return () => window.clearTimeout(timer);
  }, [result]);
  return (
    <>
      <Button
        variant="default"
        size="compact-sm"
        className={css.button ?? ""}
        aria-label={result ? `${button_texts[result]}: ${label}` : (caption ?? `Copy ${label}`)}
        {...(result === "copied" ? { leftSection: <CheckIcon size={14} /> } : {})}
        onClick={() => void copyText(text, source?.current ?? null).then(setResult)}
      >
        {result ? button_texts[result] : (caption ?? "Copy")}
      </Button>
      <span role="status" className={css.announcement}>
        {result ? announcements[result](label) : ""}
      </span>
    </>
  );
}

interface CopyableProps {
  /** What the value is: "the webhook URL". */
  label: string;
  value: string;
  /** Shows the value on several lines. */
  block?: boolean;
}

/** A value to paste elsewhere, with a button that copies it. */
export function Copyable({ label, value, block = false }: CopyableProps) {
  const text = useRef<HTMLElement>(null);
  return (
    <div className={css.copyable} data-block={block || undefined}>
      {block ? (
        // It scrolls, so it must be reachable with the keyboard.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region
        <section className={css.block} ref={text} tabIndex={0} aria-label={label}>
          {value}
        </section>
      ) : (
        <code className={css.value} ref={text}>
          {value}
        </code>
      )}
      <CopyButton label={label} text={value} source={text} />
    </div>
  );
}
