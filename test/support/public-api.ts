/** The public API as text: every name an entry exports, with its signature, as TypeScript sees it. */

import ts from "typescript";

const config = ts.readConfigFile("tsconfig.json", ts.sys.readFile);
const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, ".");

const flags =
  ts.TypeFormatFlags.NoTruncation |
  ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope |
  ts.TypeFormatFlags.WriteArrowStyleSignature;

/** One line an export, members indented below it, sorted by name. */
export function describeApi(entries: readonly string[]): string {
  const program = ts.createProgram([...entries], options);
  const checker = program.getTypeChecker();
  const sections = entries.map((entry) => {
    const source = program.getSourceFile(entry);
    const module = source && checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`${entry} is no module`);
    const lines = checker.getExportsOfModule(module).map((symbol) => describeExport(checker, symbol));
    return `# ${entry}\n\n${lines.sort().join("\n")}\n`;
  });
  return sections.join("\n");
}

function describeExport(checker: ts.TypeChecker, exported: ts.Symbol): string {
  const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
  const name = exported.name;
  if (symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface)) {
    const type = checker.getDeclaredTypeOfSymbol(symbol);
    const kind = symbol.flags & ts.SymbolFlags.Class ? "class" : "interface";
    const members = checker
      .getPropertiesOfType(type)
      .filter((member) => !member.name.startsWith("#") && !isInherited(member))
      .map((member) => `  ${memberName(member)}: ${typeOf(checker, member)}`);
    return [`${kind} ${name}`, ...members.sort()].join("\n");
  }
  if (symbol.flags & ts.SymbolFlags.TypeAlias) {
    const type = checker.getDeclaredTypeOfSymbol(symbol);
    return `type ${name} = ${checker.typeToString(type, undefined, flags | ts.TypeFormatFlags.InTypeAlias)}`;
  }
  return `${symbol.flags & ts.SymbolFlags.Function ? "function" : "const"} ${name}: ${typeOf(checker, symbol)}`;
}

function typeOf(checker: ts.TypeChecker, symbol: ts.Symbol): string {
  return checker.typeToString(checker.getTypeOfSymbol(symbol), undefined, flags);
}

/** Well-known symbols carry a number that differs between runs. */
function memberName({ name, flags: kind }: ts.Symbol): string {
  const plain = name.replace(/^__@(\w+)@\d+$/, "[Symbol.$1]");
  return kind & ts.SymbolFlags.Optional ? `${plain}?` : plain;
}

/** What Error and the iterators of the standard library bring is not ours to pin. */
function isInherited(member: ts.Symbol): boolean {
  return (member.declarations ?? []).every((declaration) =>
    /[\\/]lib\.\w+.*\.d\.ts$/.test(declaration.getSourceFile().fileName),
  );
}
