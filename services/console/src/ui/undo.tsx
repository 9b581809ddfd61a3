import { Button, CloseButton } from "@mantine/core";
import { useEffect, useSyncExternalStore } from "react";
import { useCommands } from "./commands";
import css from "./undo.module.css";

export const undo_window = 10_000;

interface Done {
  /** What was done, in words. */
  text: string;
  /** Puts it back; absent where nothing does. */
  undo?: { label: string; run: () => void };
}

let done: Done | undefined;
const listeners = new Set<() => void>();

/** Shows what was done, and offers for a while to put it back. It outlives the screen where it was done. */
export function tellDone(next: Done | undefined) {
  done = next;
  for (const each of listeners) each();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export function UndoBar() {
  const shown = useSyncExternalStore(subscribe, () => done);
  useEffect(() => {
    if (shown === undefined) return;
    const timer = window.setTimeout(() => tellDone(undefined), undo_window);
    return () => window.clearTimeout(timer);
  }, [shown]);
  const undo = shown?.undo;
  const putBack = () => {
    tellDone(undefined);
    undo?.run();
  };
  useCommands("Undo", undo ? [{ key: "z", label: undo.label, run: putBack }] : []);
  return (
    <div role="status" className={css.place}>
      {shown ? (
        <div className={css.bar}>
          <span className={css.text}>{shown.text}</span>
          {undo ? (
            <Button size="compact-sm" variant="default" onClick={putBack}>
              {undo.label}
            </Button>
          ) : null}
          <CloseButton size="sm" aria-label="Dismiss" onClick={() => tellDone(undefined)} />
        </div>
      ) : null}
    </div>
  );
}
