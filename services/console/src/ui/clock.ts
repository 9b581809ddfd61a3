import { useSyncExternalStore } from "react";

/** A clock with one timer for all components that use it. */
function createClock(interval: number) {
  const listeners = new Set<() => void>();
  let now = Date.now();
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    subscribe(listener: () => void) {
      listeners.add(listener);
      if (timer === undefined) {
        now = Date.now();
        timer = setInterval(() => {
          now = Date.now();
          for (const notify of listeners) notify();
        }, interval);
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) {
          clearInterval(timer);
          timer = undefined;
        }
      };
    },
    read: () => now,
  };
}

const clock = createClock(5_000);
const second_clock = createClock(1_000);

/** The time of the last tick, in milliseconds. The component renders again at each tick, every five seconds. */
export const useNow = () => useSyncExternalStore(clock.subscribe, clock.read);

/** Like useNow, but every second. */
export const useSeconds = () => useSyncExternalStore(second_clock.subscribe, second_clock.read);
