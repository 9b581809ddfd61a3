import { Button, CloseButton } from "@mantine/core";
import { useEffect, useSyncExternalStore } from "react";
import css from "./action_bar.module.css";
import { useCommands } from "./commands";

/** How long an action can be undone, in milliseconds. */
export const undo_window = 10_000;

interface CompletedAction {
  /** "Resolved #42." */
  text: string;
  undo?: () => void;
}

let shown_action: CompletedAction | undefined;
const listeners = new Set<() => void>();

/** Shows a completed action, with Undo where it can be undone. It stays when the page changes. */
export function showAction(action: CompletedAction | undefined) {
  shown_action = action;
  for (const notify of listeners) notify();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export function ActionBar() {
  const action = useSyncExternalStore(subscribe, () => shown_action);
  useEffect(() => {
    if (action === undefined) return;
    const timer = window.setTimeout(() => showAction(undefined), undo_window);
    return () => window.clearTimeout(timer);
  }, [action]);
  const undo = () => {
    showAction(undefined);
    action?.undo?.();
  };
  useCommands("Undo", action?.undo ? [{ key: "z", label: "Undo", run: undo }] : []);
  return (
    <div role="status" className={css.position}>
      {action ? (
        <div className={css.bar}>
          <span className={css.text}>{action.text}</span>
          {action.undo ? (
            <Button size="compact-sm" variant="default" aria-keyshortcuts="z" onClick={undo}>
              Undo
            </Button>
          ) : null}
          <CloseButton size="sm" aria-label="Dismiss" onClick={() => showAction(undefined)} />
        </div>
      ) : null}
    </div>
  );
}
