/**
 * Engines that answer wrong on purpose, each in its own way and seldom: a run with one of them must fail, or the checks
 * of all others are worth nothing. Never in a run that does not name them.
 */

import map from "./map.mjs";

/** One answer of so many is wrong: too few for a look at some hundred of them. */
const wrongEvery = 4_000;

function canary(name, about, spoil) {
  return {
    ...map,
    name: `canary-${name}`,
    title: `Canary: ${name}`,
    about,
    store() {
      const store = map.store();
      let asked = 0;
      let previous;
      const get = (key) => {
        const right = store.get(key);
        const value = ++asked % wrongEvery === 0 ? spoil(right, previous) : right;
        previous = right ?? previous;
        return value;
      };
      return { ...store, get, getMany: (keys) => keys.map(get) };
    },
  };
}

export const canaries = [
  canary("changed", "The last byte of a value is another.", (right) => {
    if (right === undefined) return undefined;
    const changed = right.slice();
    changed[changed.length - 1] ^= 1;
    return changed;
  }),
  canary("mistaken", "A value is another key's; a key that is absent has one.", (_right, previous) => previous),
  canary("lost", "A key is absent.", () => undefined),
];
