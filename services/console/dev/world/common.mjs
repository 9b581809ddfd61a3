// Shared by the mock data: times relative to now, ids, responses.

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
export const uuid = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
export const at = (ago) => new Date(Date.now() - ago).toISOString();
export const page = (items) => ({ status: 200, body: { items, next_cursor: null } });
export const problem = (status, code, title, detail) => ({
  status,
  body: { type: "about:blank", status, code, title, detail },
});
