import { useEffect, useRef, useSyncExternalStore } from "react";

export interface Command {
  label: string;
  /** The key as the keyboard says it, such as "j" or "?"; none for what only the palette offers. */
  key?: string;
  run: () => void;
}

interface Group {
  name: string;
  commands: () => readonly Command[];
}

// The screen that came last is asked first.
const groups = new Set<Group>();

/** Offers commands, by key and in the palette, while the component is there. */
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

export const offeredCommands = () =>
  [...groups].reverse().map(({ name, commands }) => ({ name, commands: commands() }));

const text_fields =
  'textarea, select, [contenteditable="true"], input:not([type="checkbox"], [type="radio"], [type="button"])';

/** Single letters disturb who speaks to the computer or has a cat on the keyboard: they can be switched off. */
const stored_as = "tocsin-keys";
const switched = new Set<() => void>();

const readKeysOn = () => {
  try {
    return window.localStorage.getItem(stored_as) !== "off";
  } catch {
    return true;
  }
};

export function setKeysOn(on: boolean) {
  try {
    window.localStorage.setItem(stored_as, on ? "on" : "off");
  } catch {
    // Without storage the keys stay on.
  }
  for (const each of switched) each();
}

export const useKeysOn = () =>
  useSyncExternalStore((listener) => {
    switched.add(listener);
    return () => void switched.delete(listener);
  }, readKeysOn);

function onKey(event: KeyboardEvent) {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target instanceof Element ? event.target : null;
  if (document.querySelector('[role="dialog"]')) return;
  const field = target?.closest<HTMLElement>(text_fields);
  if (field) {
    // Out of the field, so that the keys work again.
    if (event.key === "Escape") field.blur();
    return;
  }
  if (!readKeysOn()) return;
  for (const { commands } of offeredCommands()) {
    const command = commands.find(({ key }) => key === event.key);
    if (command) {
      event.preventDefault();
      command.run();
      return;
    }
  }
}

/** Once, where the commands of all screens are listened for. */
export function useKeyboard(openPalette: () => void) {
  const open = useRef(openPalette);
  useEffect(() => {
    open.current = openPalette;
  });
  useEffect(() => {
    const palette = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        open.current();
      }
    };
    document.addEventListener("keydown", palette);
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("keydown", palette);
      document.removeEventListener("keydown", onKey);
    };
  }, []);
}
