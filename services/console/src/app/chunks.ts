import { lazyRouteComponent } from "@tanstack/react-router";

/** A part of the console could not be loaded: the network is gone, or the server has another version. */
export class ChunkError extends Error {
  override readonly name = "ChunkError";
}

const storage_key = "tocsin-reloaded-at";
// A second failure within this time is shown instead of reloading again, in milliseconds.
const reload_pause = 60_000;

/** Whether the page may reload now. Without storage it may not, because it could not be known that it has. */
function claimReload(): boolean {
  try {
    const last = Number(window.sessionStorage.getItem(storage_key) ?? 0);
    if (Date.now() - last < reload_pause) return false;
    window.sessionStorage.setItem(storage_key, String(Date.now()));
    return true;
  } catch {
    return false;
  }
}

/** After an upgrade of the server the page needs the new version. Without a server, reloading would only lose the page. */
async function reloadIfReachable() {
  try {
    await fetch(window.location.href, { method: "HEAD", cache: "no-store" });
  } catch {
    return;
  }
  if (claimReload()) window.location.reload();
}

const loaders: (() => Promise<unknown>)[] = [];

/** A loader of a chunk that, if it fails, reloads the page once or throws a ChunkError. */
export function chunkLoader<T>(load: () => Promise<T>): () => Promise<T> {
  loaders.push(load);
  return async () => {
    try {
      return await load();
    } catch (error) {
      void reloadIfReachable();
      throw new ChunkError(String(error));
    }
  };
}

/** A page in a chunk of its own. */
export const lazyPage = <T extends Record<string, unknown>, Name extends keyof T & string>(
  load: () => Promise<T>,
  name: Name,
) => lazyRouteComponent(chunkLoader(load), name);

/** Loads all chunks in advance, in the order in which they were declared. */
export async function preloadChunks() {
  for (const load of loaders) {
    try {
      await load();
    } catch {
      // Tried again when the chunk is needed.
      return;
    }
  }
}
