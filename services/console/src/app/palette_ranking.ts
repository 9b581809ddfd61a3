interface Ranked {
  label: string;
  group: string;
}

const wordsOf = (text: string) =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}#]+/u)
    .filter(Boolean);

/** How well an entry matches: 0 is best, undefined is not at all. */
function rankOf({ label, group }: Ranked, typed: string): number | undefined {
  const wanted = wordsOf(typed);
  const words = wordsOf(label);
  const all_words = [...words, ...wordsOf(group)];
  if (label.toLowerCase().startsWith(typed)) return 0;
  if (wanted.every((word) => words.includes(word))) return 1;
  if (wanted.every((word) => words.some((other) => other.startsWith(word)))) return 2;
  if (wanted.every((word) => all_words.some((other) => other.startsWith(word)))) return 3;
  if (wanted.every((word) => words.some((other) => other.includes(word)))) return 4;
  return undefined;
}

/** The entries that match what was typed: beginnings of labels first, then whole words, then parts of words. */
export function ranked<T extends Ranked>(entries: readonly T[], typed: string): T[] {
  const text = typed.trim().toLowerCase();
  if (text === "") return [...entries];
  return entries
    .map((entry) => ({ entry, rank: rankOf(entry, text) }))
    .filter(({ rank }) => rank !== undefined)
    .sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0))
    .map(({ entry }) => entry);
}
