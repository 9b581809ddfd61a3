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
  created_at: at(90 * day),
  archived_at: slug === "legacy-billing" ? at(20 * day) : null,
}));

export const ref = (n) => ({ id: services[n].id, slug: services[n].slug, name: services[n].name });
