/** An engine that cannot be had here, or a case it cannot run: said in the results, and never a zero. */
export class Missing extends Error {}
