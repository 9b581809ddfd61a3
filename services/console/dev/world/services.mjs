// Mock services.
import { at, day, uuid } from "./common.mjs";

export const services = [
  ["checkout", "Checkout", "Carts, payments, and receipts"],
  ["search", "Search", "Catalog search and suggestions"],
  ["accounts", "Accounts", "Sign-in, profiles, and sessions"],
  ["mail", "Mail delivery", ""],
  ["legacy-billing", "Legacy billing", "Replaced by Checkout"],
].map(([slug, name, description], n) => ({
  id: uuid(100 + n),
  slug,
  name,
  description,
  runbook_url: n === 0 ? "https://wiki.example.com/runbooks/checkout" : null,
  owners: n === 0 ? [{ email: "oncall@example.com", name: "Ada Okafor" }] : [],
  projects: [],
  incidents: { open: n, acknowledged: 1, critical: n, error: 1, warning: 0, info: 0 },
  created_at: at(90 * day),
  archived_at: slug === "legacy-billing" ? at(20 * day) : null,
}));

export const ref = (n) => ({ id: services[n].id, slug: services[n].slug, name: services[n].name });
