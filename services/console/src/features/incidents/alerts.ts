import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useSyncExternalStore } from "react";
import type { Schemas } from "../../api/client";
import { incidentPoll } from "../../api/queries";

type Incident = Schemas["Incident"];

/** Alerts about new incidents, stored per browser. */
export interface AlertSettings {
  desktop: boolean;
  sound: boolean;
  /** Only incidents of services of which the user is an owner. */
  mine: boolean;
}

const storage_key = "tocsin-alerts";
const all_off: AlertSettings = { desktop: false, sound: false, mine: false };
const listeners = new Set<() => void>();
let settings: AlertSettings | undefined;

function storedSettings(): AlertSettings {
  try {
    const parsed = JSON.parse(window.localStorage.getItem(storage_key) ?? "{}") as Partial<AlertSettings>;
    return { desktop: parsed.desktop === true, sound: parsed.sound === true, mine: parsed.mine === true };
  } catch {
    return all_off;
  }
}

const currentSettings = () => {
  settings ??= storedSettings();
  return settings;
};

export function setAlertSettings(next: AlertSettings) {
  settings = next;
  try {
    window.localStorage.setItem(storage_key, JSON.stringify(next));
  } catch {
    // Without storage the settings last as long as the page.
  }
  for (const notify of listeners) notify();
}

export const useAlertSettings = () =>
  useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, currentSettings);

export type Permission = NotificationPermission | "unsupported";

/** Browsers support notifications only on secure pages. */
export const notificationPermission = (): Permission =>
  typeof Notification === "undefined" || !window.isSecureContext ? "unsupported" : Notification.permission;

let audio: AudioContext | undefined;

/** Plays two rising tones. Browsers play no sound until the user has interacted with the page. */
export function playSound() {
  if (typeof AudioContext === "undefined") return;
  audio ??= new AudioContext();
  const { currentTime, destination } = audio;
  for (const [n, frequency] of [660, 880].entries()) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const start = currentTime + n * 0.22;
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.0001, start);
    volume.gain.exponentialRampToValueAtTime(0.25, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.2);
    tone.connect(volume).connect(destination);
    tone.start(start);
    tone.stop(start + 0.22);
  }
  void audio.resume();
}

/** A reopened incident counts as new. */
const keyOf = ({ number, reopened_count }: Incident) => `${number}.${reopened_count}`;

/** How many of the newest open incidents are watched. */
const watched_count = 50;
// Not down to a certain incident.
const only_newest = Number.MAX_SAFE_INTEGER;

/**
 * Calls `onNew` for incidents that open or reopen from now on, on all pages and also in the background. `services`: only theirs,
 * by slug.
 */
export function useNewIncidents(
  org: string,
  isEnabled: boolean,
  services: readonly string[] | undefined,
  onNew: (incidents: Incident[]) => void,
) {
  const latest = useRef(onNew);
  useEffect(() => {
    latest.current = onNew;
  });
  const { data } = useQuery({
    ...incidentPoll(
      org,
      { status: ["open"], ...(services ? { service: [...services] } : {}) },
      only_newest,
      watched_count,
    ),
    enabled: isEnabled,
    refetchIntervalInBackground: true,
  });
  const scope = `${org} ${services?.join() ?? ""}`;
  const seen = useRef<{ scope: string; keys: Set<string> } | undefined>(undefined);
  useEffect(() => {
    if (!isEnabled) seen.current = undefined;
    if (!isEnabled || data === undefined) return;
    const known = seen.current?.scope === scope ? seen.current.keys : undefined;
    const fresh = known ? data.items.filter((incident) => !known.has(keyOf(incident))) : [];
    // Old keys are kept, so that an incident that is unacknowledged does not count as new.
    seen.current = { scope, keys: new Set([...(known ?? []), ...data.items.map(keyOf)]) };
    if (fresh.length > 0) latest.current(fresh);
  }, [data, scope, isEnabled]);
}
