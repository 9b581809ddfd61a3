import { useEffect, useRef } from "react";

/** Calls the callback when there were no calls for `delay` milliseconds. */
export function useDebounced<T>(callback: (value: T) => void, delay: number): (value: T) => void {
  const latest = useRef(callback);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    latest.current = callback;
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  return (value) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => latest.current(value), delay);
  };
}
