import { useEffect, useRef, useSyncExternalStore } from "react";

export interface Command {
  label: string;
  /** As in KeyboardEvent.key, such as "j" or "?", or two keys in turn, such as "g i". Without one, only the command palette has the command. */
  key?: string;
  run: () => void;
}

interface CommandGroup {
  name: string;
  commands: () => readonly Command[];
}

/** In the order in which they were mounted; the last group with a key gets it. */
const groups = new Set<CommandGroup>();

/** Offers commands while the component is mounted. */
export function useCommands(name: string, commands: readonly Command[]) {
  const latest = useRef(commands);
  useEffect(() => {
    latest.current = commands;
  });
  useEffect(() => {
    const group = { name, commands: () => latest.current };
    groups.add(group);
    return () => void groups.delete(group);
  }, [name]);
}

export const availableCommands = () =>
  [...groups].reverse().map(({ name, commands }) => ({ name, commands: commands() }));

const text_fields =
  'textarea, select, [contenteditable="true"], input:not([type="checkbox"], [type="radio"], [type="button"])';

// Single-key shortcuts conflict with speech input, so they can be turned off (WCAG 2.1.4).
const storage_key = "tocsin-keys";
const listeners = new Set<() => void>();

const readShortcutsEnabled = () => {
  try {
    return window.localStorage.getItem(storage_key) !== "off";
  } catch {
    return true;
  }
};

export function setShortcutsEnabled(enabled: boolean) {
  try {
    window.localStorage.setItem(storage_key, enabled ? "on" : "off");
  } catch {
    // Without storage the shortcuts stay on.
  }
  for (const notify of listeners) notify();
}

export const useShortcutsEnabled = () =>
  useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, readShortcutsEnabled);

// How long after the first of two keys the second one counts, in milliseconds.
const sequence_time = 1_500;
let first_key: { key: string; at: number } | undefined;

/** What was pressed, with the key before it if that begins a sequence. */
function pressedKeys(event: KeyboardEvent, commands: readonly Command[]): string {
  const before = first_key;
  first_key = undefined;
  if (before && event.timeStamp - before.at < sequence_time) {
    const keys = `${before.key} ${event.key}`;
    if (commands.some(({ key }) => key === keys)) return keys;
  }
  if (commands.some(({ key }) => key?.startsWith(`${event.key} `)))
    first_key = { key: event.key, at: event.timeStamp };
  return event.key;
}

function onKeyDown(event: KeyboardEvent) {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector('[role="dialog"]')) return;
  const target = event.target instanceof Element ? event.target : null;
  const field = target?.closest<HTMLElement>(text_fields);
  if (field) {
    // Leaves the field, so that the shortcuts work again.
    if (event.key === "Escape") field.blur();
    return;
  }
  if (!readShortcutsEnabled()) return;
  // The space bar presses what has the focus.
  if (event.key === " " && target?.closest("input, button, summary")) return;
  const commands = availableCommands().flatMap((group) => group.commands);
  const keys = pressedKeys(event, commands);
  const command = commands.find(({ key }) => key === keys);
  if (command) {
    event.preventDefault();
    command.run();
  }
}

/** Listens for the shortcuts of all commands. To be mounted once. */
export function useShortcuts(openPalette: () => void) {
  const open = useRef(openPalette);
  useEffect(() => {
    open.current = openPalette;
  });
  useEffect(() => {
    const onPaletteKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        open.current();
      }
    };
    document.addEventListener("keydown", onPaletteKey);
    document.addEventListener("keydown", onKeyDown);
    return () => {
      document.removeEventListener("keydown", onPaletteKey);
      document.removeEventListener("keydown", onKeyDown);
    };
  }, []);
}
