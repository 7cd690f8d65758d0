// The layer rule of ARCHITECTURE.md as one function over sources. Called by test/bindings/layers.test.ts.
//
// A room is a folder directly below bindings/, or one file there. A room may know itself, the rooms of lower tiers, and rooms of
// its own tier as long as these form no circle. assembly/ knows nothing outside itself.

import ts from "typescript";

export const tiers: readonly (readonly string[])[] = [
  ["errors.ts", "limits.ts", "clock.ts"],
  ["kernel", "schema", "segment", "storage"],
  ["write", "read", "table"],
  ["index", "merge", "attribute"],
  ["sync", "cluster", "cli", "index.ts", "node.ts", "browser.ts", "table.ts", "attribute.ts", "worker.ts"],
];

/** Words which only some files may say. `said` is how {@link findWords} reports them. */
const reservedWords: readonly { said: string; allowed: RegExp }[] = [
  { said: "node:", allowed: /^bindings\/(storage\/node|cluster\/|cli\/|node\.ts$)/ },
  { said: "@assemblyscript/loader", allowed: /^bindings\/kernel\// },
  { said: "WebAssembly", allowed: /^bindings\/kernel\// },
  { said: "fetch", allowed: /^bindings\/storage\/http/ },
  { said: "Date.now", allowed: /^bindings\/clock\.ts$/ },
];

/** The entries which run in a browser. */
const browserEntries = ["bindings/browser.ts", "bindings/table.ts", "bindings/attribute.ts"];

export interface LayerViolation {
  readonly rule: "tier" | "circle" | "outside" | "unknown room" | "reserved word" | "browser reaches node:";
  /** The file that breaks the rule; of a circle, its first room. */
  readonly file: string;
  /** What it imports or says; of a circle or a reach, the way there. */
  readonly what: string;
}

/** Every breach of the rule by `files`: sources by path from the root of the repository, with `/`. */
export function layerViolations(files: ReadonlyMap<string, string>): LayerViolation[] {
  const parsed = new Map([...files].map(([path, source]) => [path, parse(path, source)]));
  return [
    ...[...parsed].flatMap(([path, file]) =>
      path.startsWith("assembly/") ? assemblyViolations(path, file) : bindingsViolations(path, file),
    ),
    ...circleViolations(parsed),
    ...browserEntries.flatMap((entry) => reachViolations(entry, parsed)),
  ];
}

interface ParsedFile {
  /** Import specifiers: paths from the root when relative, else as written. */
  readonly imports: readonly string[];
  /** The reserved words it says. */
  readonly words: ReadonlySet<string>;
}

function assemblyViolations(path: string, file: ParsedFile): LayerViolation[] {
  return file.imports
    .filter((target) => !target.startsWith("assembly/"))
    .map((target) => ({ rule: "outside", file: path, what: target }));
}

function bindingsViolations(path: string, file: ParsedFile): LayerViolation[] {
  if (tierOf(path) < 0) return [{ rule: "unknown room", file: path, what: roomOf(path) }];
  const violations: LayerViolation[] = [];
  for (const target of file.imports.filter(isPath)) {
    if (!target.startsWith("bindings/")) violations.push({ rule: "outside", file: path, what: target });
    else if (tierOf(target) > tierOf(path)) violations.push({ rule: "tier", file: path, what: target });
  }
  for (const { said, allowed } of reservedWords) {
    if (file.words.has(said) && !allowed.test(path)) violations.push({ rule: "reserved word", file: path, what: said });
  }
  return violations;
}

function circleViolations(parsed: ReadonlyMap<string, ParsedFile>): LayerViolation[] {
  const neighbours = new Map<string, Set<string>>();
  for (const [path, { imports }] of parsed) {
    for (const target of imports) {
      if (tierOf(path) < 0 || tierOf(target) !== tierOf(path) || roomOf(target) === roomOf(path)) continue;
      neighbours.set(roomOf(path), (neighbours.get(roomOf(path)) ?? new Set()).add(roomOf(target)));
    }
  }

  const circles = new Map<string, LayerViolation>();
  const finished = new Set<string>();
  const visit = (room: string, trail: readonly string[]) => {
    const start = trail.indexOf(room);
    if (start >= 0) {
      const circle = trail.slice(start);
      const name = [...circle].sort().join(" ");
      circles.set(name, { rule: "circle", file: circle[0] ?? room, what: [...circle, room].join(" -> ") });
    } else if (!finished.has(room)) {
      for (const next of neighbours.get(room) ?? []) visit(next, [...trail, room]);
      finished.add(room);
    }
  };
  for (const room of [...neighbours.keys()].sort()) visit(room, []);
  return [...circles.values()];
}

function reachViolations(entry: string, parsed: ReadonlyMap<string, ParsedFile>): LayerViolation[] {
  const violations: LayerViolation[] = [];
  const ways = new Map([[entry, entry]]);
  for (const [path, way] of ways) {
    for (const target of parsed.get(path)?.imports ?? []) {
      if (target.startsWith("node:")) {
        violations.push({ rule: "browser reaches node:", file: entry, what: `${way} -> ${target}` });
      } else if (!ways.has(target)) ways.set(target, `${way} -> ${target}`);
    }
  }
  return violations;
}

const isPath = (target: string): boolean => /\.ts$/.test(target);
const roomOf = (path: string): string => path.split("/")[1] ?? "";
const tierOf = (path: string): number =>
  path.startsWith("bindings/") ? tiers.findIndex((tier) => tier.includes(roomOf(path))) : -1;

function parse(path: string, source: string): ParsedFile {
  const imports: string[] = [];
  const words = new Set<string>();
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier !== undefined) {
      imports.push(resolve(path, specifier));
      if (specifier.startsWith("node:")) words.add("node:");
      if (specifier.startsWith("@assemblyscript/loader")) words.add("@assemblyscript/loader");
    }
    const word = wordOf(node);
    if (word !== undefined) words.add(word);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true));
  return { imports, words };
}

/** What a static import, a re-export, `import("…")` or a type's `import("…")` names. */
function specifierOf(node: ts.Node): string | undefined {
  let named: ts.Node | undefined;
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) named = node.moduleSpecifier;
  else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) named = node.arguments[0];
  else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) named = node.argument.literal;
  return named !== undefined && ts.isStringLiteralLike(named) ? named.text : undefined;
}

function wordOf(node: ts.Node): string | undefined {
  if (!ts.isIdentifier(node)) return undefined;
  const owner =
    ts.isPropertyAccessExpression(node.parent) && node.parent.name === node ? node.parent.expression : undefined;
  if (node.text === "now" && owner?.getText() === "Date") return "Date.now";
  if (node.text !== "WebAssembly" && node.text !== "fetch") return undefined;
  // A method of ours may be called fetch; the platform's is not a member, or one of a global object.
  const isOurs = owner !== undefined ? !/^(globalThis|self|window)$/.test(owner.getText()) : isMemberName(node);
  return isOurs ? undefined : node.text;
}

function isMemberName(name: ts.Identifier): boolean {
  const { parent } = name;
  const isMember = ts.isClassElement(parent) || ts.isTypeElement(parent) || ts.isPropertyAssignment(parent);
  return isMember && parent.name === name;
}

/** `./b.js` as TypeScript writes it and `./b` as AssemblyScript does both mean b.ts. */
function resolve(from: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  const parts = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return `${parts.join("/").replace(/\.[jt]s$/, "")}.ts`;
}
