import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useSyncExternalStore } from "react";
import type { Schemas } from "../../api/client";
import { incidentPoll } from "../../api/queries";

type Incident = Schemas["Incident"];

/** What the person asked for, in this browser. */
export interface Wishes {
  desktop: boolean;
  sound: boolean;
}

const stored_as = "tocsin-alerts";
const nothing: Wishes = { desktop: false, sound: false };
const listeners = new Set<() => void>();
let wishes: Wishes | undefined;

function stored(): Wishes {
  try {
    const parsed = JSON.parse(window.localStorage.getItem(stored_as) ?? "{}") as Partial<Wishes>;
    return { desktop: parsed.desktop === true, sound: parsed.sound === true };
  } catch {
    return nothing;
  }
}

const read = () => {
  wishes ??= stored();
  return wishes;
};

export function wish(next: Wishes) {
  wishes = next;
  try {
    window.localStorage.setItem(stored_as, JSON.stringify(next));
  } catch {
    // Without storage the wish lasts as long as the page.
  }
  for (const each of listeners) each();
}

export const useWishes = () =>
  useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, read);

export type Permission = NotificationPermission | "unsupported";

/** Browsers offer notifications to secure pages only. */
export const notificationPermission = (): Permission =>
  typeof Notification === "undefined" || !window.isSecureContext ? "unsupported" : Notification.permission;

let audio: AudioContext | undefined;

/** Two rising tones. A browser that has not been touched since the page came plays nothing. */
export function ring() {
  if (typeof AudioContext === "undefined") return;
  audio ??= new AudioContext();
  const { currentTime, destination } = audio;
  for (const [n, pitch] of [660, 880].entries()) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const start = currentTime + n * 0.22;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, start);
    volume.gain.exponentialRampToValueAtTime(0.25, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.2);
    tone.connect(volume).connect(destination);
    tone.start(start);
    tone.stop(start + 0.22);
  }
  void audio.resume();
}

/** An incident that came back is new again. */
const keyOf = ({ number, reopened_count }: Incident) => `${number}.${reopened_count}`;
const most_looked_at = 50;

/** Calls for each incident that opens or comes back from now on, on whatever screen, also in the background. */
export function useNewIncidents(org: string, wanted: boolean, tell: (incidents: Incident[]) => void) {
  const latest = useRef(tell);
  useEffect(() => {
    latest.current = tell;
  });
  const { data } = useQuery({
    ...incidentPoll(org, { status: ["open"] }, most_looked_at),
    enabled: wanted,
    refetchIntervalInBackground: true,
  });
  const seen = useRef<{ org: string; keys: Set<string> } | undefined>(undefined);
  useEffect(() => {
    if (!wanted) seen.current = undefined;
    if (!wanted || data === undefined) return;
    const known = seen.current?.org === org ? seen.current.keys : undefined;
    const fresh = known ? data.items.filter((incident) => !known.has(keyOf(incident))) : [];
    // Kept, so that one whose acknowledgement is taken back is not new.
    seen.current = { org, keys: new Set([...(known ?? []), ...data.items.map(keyOf)]) };
    if (fresh.length > 0) latest.current(fresh);
  }, [data, org, wanted]);
}
