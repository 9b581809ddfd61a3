import { type RefObject, useEffect, useState } from "react";

// How far outside the viewport still counts as near.
const margin = "600px";

const callbacks = new Map<Element, () => void>();
let observer: IntersectionObserver | undefined;

function observe(element: Element, onNear: () => void) {
  observer ??= new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) if (isIntersecting) callbacks.get(target)?.();
    },
    { rootMargin: margin },
  );
  callbacks.set(element, onNear);
  observer.observe(element);
  return () => {
    callbacks.delete(element);
    observer?.unobserve(element);
  };
}

/** True once the element has come near the viewport. For content that is too expensive to render in hundreds of rows. */
export function useNearViewport(ref: RefObject<Element | null>): boolean {
  const [isNear, setNear] = useState(() => typeof IntersectionObserver === "undefined");
  useEffect(() => {
    const element = ref.current;
    if (isNear || element === null) return;
    return observe(element, () => setNear(true));
  }, [ref, isNear]);
  return isNear;
}
