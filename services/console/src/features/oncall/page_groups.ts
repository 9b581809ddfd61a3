import type { Alarm, Page } from "./oncall_api";

/** The proofs of a page, from the weakest to the strongest. */
export const proofs = ["accepted", "delivered", "seen", "acted"] as const;
export type Proof = (typeof proofs)[number];

export const proofTime = (page: Page, proof: Proof) => page[`${proof}_at`];

/** Whether a provider took the page. A page that a person saw was taken, even where the provider's answer was lost. */
export const isReached = (page: Page) => proofs.some((proof) => proofTime(page, proof) !== null);

interface ProofOfPage {
  at: string;
  page: Page;
}

/** What is known about one person. */
export interface PagedPerson {
  email: string;
  name: string;
  /** Newest first. */
  pages: Page[];
  /** The earliest of each proof, of any page. */
  proofs: Partial<Record<Proof, ProofOfPage>>;
}

function earliest(pages: readonly Page[], proof: Proof): ProofOfPage | undefined {
  const proven = pages.flatMap((page) => {
    const at = proofTime(page, proof);
    return at === null ? [] : [{ at, page }];
  });
  return proven.reduce<ProofOfPage | undefined>(
    (first, next) => (first === undefined || Date.parse(next.at) < Date.parse(first.at) ? next : first),
    undefined,
  );
}

/** One entry per person, in the order in which they were paged first. `pages`: newest first. */
export function personsOf(pages: readonly Page[]): PagedPerson[] {
  const by_email = new Map<string, PagedPerson>();
  for (const page of [...pages].reverse()) {
    const { email, name } = page.person;
    const person = by_email.get(email) ?? { email, name, pages: [], proofs: {} };
    person.pages.unshift(page);
    by_email.set(email, person);
  }
  for (const person of by_email.values())
    for (const proof of proofs) {
      const first = earliest(person.pages, proof);
      if (first) person.proofs[proof] = first;
    }
  return [...by_email.values()];
}

/** The pages of the alarm, and those of earlier alarms of the incident. A page is never due before its alarm begins. */
export function splitByAlarm({ started_at }: Alarm, pages: readonly Page[]) {
  const begin = started_at === null ? Number.NEGATIVE_INFINITY : Date.parse(started_at);
  const belongs = ({ accepted_at, due_at }: Page) => Date.parse(accepted_at ?? due_at) >= begin;
  return { current: pages.filter(belongs), earlier: pages.filter((page) => !belongs(page)) };
}
