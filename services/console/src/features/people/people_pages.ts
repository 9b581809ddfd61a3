/** The pages about people and API tokens, with their commands and the roles that may see them. */
export const people_pages = [
  { title: "Members", command: "Go to people", key: "g p", to: "/o/$org/people", needs: "viewer" },
  { title: "API tokens", command: "Go to API tokens", to: "/o/$org/people/tokens", needs: "admin" },
  { title: "Settings", command: "Go to settings", to: "/o/$org/people/settings", needs: "admin" },
  { title: "Audit log", command: "Go to the audit log", to: "/o/$org/people/audit", needs: "admin" },
] as const;
