// Measures the module that wasm-bindgen made of this crate: `node run.mjs FOLDER [MILLISECONDS]`. Writes a JSON list of
// {stage, corpus, megabytes}, in MB/s: the best of several rounds, since whatever else the machine does only slows.
import { createRequire } from "node:module";
import path from "node:path";

const { Measured } = createRequire(import.meta.url)(path.resolve(process.argv[2], "tollgate_throughput.js"));
const round = Number(process.argv[3] ?? 30);
const only = process.argv[4];
const ROUNDS = 9;
// A stage's first text, in milliseconds: half a second is too short for the largest functions.
const WARM_UP = 1500;

// By the CPU's account: what else the machine does counts less then.
const now = () => process.cpuUsage().user / 1e3;

function work(bench, milliseconds) {
  const start = now();
  let runs = 0;
  let elapsed = 0;
  do {
    bench.run();
    runs += 1;
    elapsed = now() - start;
  } while (elapsed < milliseconds);
  return (bench.bytes() * runs) / 1e3 / elapsed;
}

const rows = [];
for (let stage = 0; Measured.stage(stage) !== undefined; stage += 1) {
  for (let corpus = 0; Measured.corpus(corpus) !== undefined; corpus += 1) {
    if (only && !Measured.stage(stage).startsWith(only)) continue;
    const bench = Measured.of(stage, corpus);
    // Until V8 has compiled what is hot for good, figures grow.
    work(bench, Math.max(WARM_UP, 5 * round));
    let rate = 0;
    for (let at = 0; at < ROUNDS; at += 1) rate = Math.max(rate, work(bench, round));
    rows.push({ stage: Measured.stage(stage), corpus: Measured.corpus(corpus), megabytes: rate });
    bench.free();
  }
}
console.log(JSON.stringify(rows));
