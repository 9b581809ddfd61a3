/** The pages about paging, with their commands and the roles that may see them. */
export const oncall_pages = [
  { title: "Policies", command: "Go to policies", to: "/o/$org/paging", needs: "viewer" },
] as const;
