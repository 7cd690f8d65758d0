/** "Did you mean": the nearest of some words to one that was mistyped. */

/** The likeliest of `words`, or undefined when none is near. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const lower = word.toLowerCase();
  const ranked = words
    .map((candidate) => ({ candidate, edits: editCount(lower, candidate) }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  if (best !== undefined && best.edits <= Math.max(1, Math.floor(best.candidate.length / 3))) return best.candidate;
  return lower.length < 2 ? undefined : words.find((candidate) => candidate.startsWith(lower));
}

/** ` Did you mean X?`, or nothing. */
export function suggestion(word: string, words: readonly string[], prefix = ""): string {
  const found = nearest(word, words);
  return found === undefined ? "" : ` Did you mean ${prefix}${found}?`;
}

/** Letters to insert, remove, change or swap with their neighbour to make `a` into `b`. */
function editCount(a: string, b: string): number {
  // Protects: the table below, from an argument of megabytes.
  if (a.length > wordLengthMax) return a.length;
  let [before, row]: number[][] = [[], Array.from({ length: b.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] as number) + +(a[i - 1] !== b[j - 1]);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? (before[j - 2] as number) + 1 : changed;
      next.push(Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, changed, swapped));
    }
    [before, row] = [row, next];
  }
  return row[b.length] as number;
}

const wordLengthMax = 64;
