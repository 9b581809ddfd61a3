/** The keys of the query cache. A key begins with the key of what contains it, so that one call invalidates all of it. */
export const keys = {
  session: ["session"] as const,
  org: (org: string) => ["org", org] as const,
  incidents: (org: string) => ["org", org, "incidents"] as const,
  /** The pages that the incident list shows. */
  incidentPages: (org: string) => ["org", org, "incidents", "pages"] as const,
  /** The start of the same list, which is polled. */
  incidentPoll: (org: string) => ["org", org, "incidents", "poll"] as const,
  /** All single incidents with their timelines. */
  singleIncidents: (org: string) => ["org", org, "incident"] as const,
  incident: (org: string, number: number) => ["org", org, "incident", number] as const,
  timeline: (org: string, number: number) => ["org", org, "incident", number, "timeline"] as const,
  /** The alarm of an incident and its pages. */
  paging: (org: string, number: number) => ["org", org, "incident", number, "paging"] as const,
  policies: (org: string) => ["org", org, "policies"] as const,
  /** The pages of all incidents. */
  pages: (org: string) => ["org", org, "pages"] as const,
  members: (org: string) => ["org", org, "members"] as const,
  settings: (org: string) => ["org", org, "settings"] as const,
  services: (org: string) => ["org", org, "services"] as const,
  service: (org: string, id: string) => ["org", org, "services", id] as const,
  integrations: (org: string) => ["org", org, "integrations"] as const,
  integration: (org: string, id: string) => ["org", org, "integrations", id] as const,
  setup: (org: string) => ["org", org, "setup"] as const,
  projects: (org: string, id: string) => ["org", org, "integrations", id, "projects"] as const,
  mappings: (org: string, id: string) => ["org", org, "integrations", id, "mappings"] as const,
  attempts: (org: string, id: string) => ["org", org, "integrations", id, "attempts"] as const,
  grants: (org: string) => ["org", org, "grants"] as const,
  approvals: (org: string) => ["org", org, "approvals"] as const,
  tokens: (org: string) => ["org", org, "tokens"] as const,
  unmapped: (org: string) => ["org", org, "unmapped"] as const,
  deliveries: (org: string) => ["org", org, "deliveries"] as const,
  delivery: (org: string, id: string) => ["org", org, "delivery", id] as const,
};
