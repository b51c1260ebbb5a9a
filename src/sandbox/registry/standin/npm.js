#!/usr/bin/env node
// Stands in for npm in the provider sandbox, where no registry of packages can be reached: `npm ci` links what the lock
// file takes from the project's own folders and refuses the rest; `npm start` runs the start script.
const { execSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

const read = (name) => JSON.parse(fs.readFileSync(name, "utf8"));
const fail = (why) => {
  console.error(`npm error ${why} (a stand-in of the provider sandbox)`);
  process.exit(1);
};

const words = process.argv.slice(2).filter((word) => !word.startsWith("-"));
if (words[0] === "ci") {
  if (!fs.existsSync("package-lock.json")) fail("there is no package-lock.json");
  for (const [place, entry] of Object.entries(read("package-lock.json").packages ?? {})) {
    if (!place.startsWith("node_modules/")) continue;
    if (!entry.link) fail(`${place}: no registry of packages can be reached`);
    fs.mkdirSync(path.dirname(place), { recursive: true });
    fs.cpSync(entry.resolved, place, { recursive: true });
  }
  console.log("added what the lock file links to");
} else if (words[0] === "start" || (words[0] === "run" && words[1] === "start")) {
  const script = read("package.json").scripts?.start;
  if (!script) fail("there is no start script");
  try {
    execSync(`exec ${script}`, { stdio: "inherit" });
  } catch (error) {
    process.exit(error.status ?? 1);
  }
} else {
  fail(`${words[0] ?? "nothing"} is not known here`);
}
