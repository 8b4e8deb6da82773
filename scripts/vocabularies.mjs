// Writes what `examples/vocabularies.rs` of filters/core/tokens reads: `node vocabularies.mjs RANKS FOLDER`.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [ranks, folder] = process.argv.slice(2);

// Each line: a mark, the first rank on it, then the entries in base64.
for (const name of ["o200k", "cl100k"]) {
  const file = pathToFileURL(path.resolve(ranks, `${name}_base.js`));
  const { default: vocabulary } = await import(file);
  const entries = vocabulary.bpe_ranks.split("\n").flatMap((line) => line.split(" ").slice(2));
  const hex = entries.filter(Boolean).map((entry) => Buffer.from(entry, "base64").toString("hex"));
  fs.writeFileSync(path.join(folder, `${name}.txt`), hex.join("\n") + "\n");
  console.log(`${name}: ${hex.length} entries`);
}

// In the order of `Class` in src/unicode.rs.
const CLASSES = [/[^]/u, /[\p{Lu}\p{Lt}]/u, /\p{Ll}/u, /[\p{Lm}\p{Lo}]/u, /\p{M}/u, /\p{N}/u, /\p{White_Space}/u];
const classOf = (code) => {
  const text = String.fromCodePoint(code);
  return CLASSES.findLastIndex((pattern) => pattern.test(text));
};
const runs = [];
for (let code = 0; code < 0x20000; code += 1) {
  // Half of a surrogate pair is no character.
  const found = code >= 0xd800 && code < 0xe000 ? 0 : classOf(code);
  if (runs.at(-1)?.[0] === found) runs.at(-1)[1] += 1;
  else runs.push([found, 1]);
}
fs.writeFileSync(path.join(folder, "classes.txt"), runs.map((run) => run.join(" ")).join("\n") + "\n");
