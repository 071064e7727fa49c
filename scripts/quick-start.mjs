// `npm run quick-start [-- URL]`: runs the lines of docs/quick-start.md against a running `npm start` on empty data, shows
// each with its answer, and exits with 1 unless every answer is the one above the line. Lines of the containers' part are
// run with `--section Containers`.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual, parseArgs } from 'node:util';

const PAGE = new URL('../docs/quick-start.md', import.meta.url);
const HOST = 'localhost:3000';
const EXPECTATION = /^# (?<status>\d{3})(?<exactly> exactly)?(?: (?<fields>\{.*\}))?(?<rest>.*)$/;
const POLL_MS = 200;
const SHOWN_CHARACTERS = 300;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { section: { type: 'string' } },
});
const host = new URL(positionals[0] ?? `http://${HOST}`).host;

/** `{expectation, command}` of every curl line of the page, without those of the containers unless they are asked for. */
function readLines() {
  const page = readFileSync(PAGE, 'utf8');
  const sections = page.split(/^## /m).filter((section) => {
    return values.section ? section.startsWith(values.section) : !section.startsWith('Containers');
  });
  const lines = sections.flatMap((section) =>
    [...section.matchAll(/```bash\n(.*?)```/gs)].flatMap(([, block]) => block.split('\n')),
  );
  return lines.flatMap((command, index) =>
    command.startsWith('curl ') ? [{ command, expectation: parseExpectation(lines[index - 1]) }] : [],
  );
}

function parseExpectation(comment) {
  const { status, exactly, fields, rest } = EXPECTATION.exec(comment)?.groups ?? {};
  if (status === undefined) throw new Error(`no expected answer above a line, but: ${comment}`);
  const puts = [...rest.matchAll(/put (?<field>\w+) into (?<variable>\w+)/g)].map(({ groups }) => groups);
  const seconds = Number(/within (\d+) s/.exec(rest)?.[1] ?? 0);
  return { status: Number(status), isWhole: exactly !== undefined, fields, puts, seconds };
}

const variables = {};
/** Names such as TASK_ID stand for what an earlier answer contained. */
const fill = (text) => text.replaceAll(/\b[A-Z]+_ID\b/g, (name) => variables[name] ?? name);

function request(command) {
  const line = fill(command).replaceAll(HOST, host);
  const { stdout, stderr } = spawnSync('bash', ['-c', `${line} -sS -w '\\n%{http_code}'`], {
    env: { ...process.env, ...variables },
    encoding: 'utf8',
  });
  const end = stdout.lastIndexOf('\n');
  return { status: Number(stdout.slice(end + 1)), text: stdout.slice(0, end) + stderr };
}

/** Whether every expected field is there. An array of objects may have more items; other arrays must be equal. */
function contains(value, expected) {
  if (typeof expected !== 'object' || expected === null) return value === expected;
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(expected)) {
    if (!Array.isArray(value)) return false;
    if (typeof expected[0] !== 'object') return isDeepStrictEqual(value, expected);
  }
  return Object.entries(expected).every(([name, inner]) => contains(value[name], inner));
}

function isExpected({ status, text }, expectation) {
  if (status !== expectation.status) return false;
  if (expectation.fields === undefined) return true;
  const fields = JSON.parse(fill(expectation.fields));
  const answer = JSON.parse(text);
  return expectation.isWhole ? isDeepStrictEqual(answer, fields) : contains(answer, fields);
}

async function run({ command, expectation }) {
  const deadline = Date.now() + expectation.seconds * 1_000;
  let response = request(command);
  while (!isExpected(response, expectation) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    response = request(command);
  }
  let isGood = isExpected(response, expectation);
  for (const { field, variable } of isGood ? expectation.puts : []) {
    variables[variable] = JSON.parse(response.text)[field];
    isGood &&= variables[variable] !== undefined;
  }
  const wanted = isGood ? '' : ` (expected ${expectation.status} ${expectation.fields ?? ''})`;
  console.log(
    `$ ${command}\n${response.status} ${response.text.slice(0, SHOWN_CHARACTERS).trim()}${wanted}\n`,
  );
  return isGood;
}

let failed = 0;
const lines = readLines();
for (const line of lines) if (!(await run(line))) failed += 1;
console.log(`${lines.length - failed} as expected, ${failed} not`);
process.exitCode = failed === 0 ? 0 : 1;
