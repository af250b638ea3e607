// The schema that `coder-reconciler schema` prints, as editors use it: the real language server, driven over its standard input.
//   node schema_test.mjs LANGUAGE-SERVER SCHEMA.json README.md EXAMPLE.yaml…
// Prints a line a case, and fails if one fails.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {LanguageServer} from './language_server.mjs';

const [binary, schema, readme, ...examples] = process.argv.slice(2);
const schemaUri = pathToFileURL(path.resolve(schema)).href;

const kHead = `apiVersion: coder-reconciler/v1
kind: Workspace
metadata:
  name: api-dev
spec:
`;
const kModeline = `# yaml-language-server: $schema=${schemaUri}\n`;

const base = {validate: true, completion: true, hover: true, schemaStore: {enable: false}};
const settings = (schemas) => ({yaml: {...base, schemas}, http: {}, '[yaml]': {}, editor: {}, files: {}});
// One editor that is told by its settings which files are specs, and one that only a file's own first line can tell.
const told = await LanguageServer.start(process.execPath, [binary, '--stdio'], settings({[schemaUri]: ['/specs/**/*.yaml']}));
const untold = await LanguageServer.start(process.execPath, [binary, '--stdio'], settings({}));

// A third has the settings that the README shows, with the schema's folder open.
const folder = path.dirname(path.resolve(schema));
const shown = JSON.parse(/```json\n(\{"yaml\.schemas".*?\})\n```/s.exec(fs.readFileSync(readme, 'utf8'))[1]);
const asShown = await LanguageServer.start(
    process.execPath, [binary, '--stdio'], settings(shown['yaml.schemas']), pathToFileURL(folder).href);

let passed = 0;
let failed = 0;
let opened = 0;
const file = () => `file:///specs/${++opened}.yaml`;
const labels = (items) => items.map((item) => item.label);

async function check(sentence, body) {
  try {
    await body();
    passed += 1;
    console.log(`  ok    ${sentence}`);
  } catch (error) {
    failed += 1;
    console.log(`  FAIL  ${sentence}\n        | ${error.message.replaceAll('\n', '\n        | ')}`);
  }
}

// The part of the text that a diagnostic underlines, and what is said of it.
function findings(text, diagnostics) {
  const lines = text.split('\n');
  return diagnostics.map(({range, message}) => {
    assert.equal(range.start.line, range.end.line, `more than a line is underlined for: ${message}`);
    const underlined = lines[range.start.line].slice(range.start.character, range.end.character);
    return `${range.start.line + 1}:${range.start.character + 1} ${underlined}: ${message}`;
  });
}

async function expectFindings(text, expected) {
  assert.deepEqual(findings(text, await told.diagnose(file(), text)), expected);
}

await check('an empty file is offered a whole workspace', async () => {
  const items = await told.complete(file(), '|\n');
  const texts = items.map((item) => item.insertText);
  assert(texts.some((text) => /^apiVersion: coder-reconciler\/v1\nkind: Workspace\n/.test(text)), texts.join('\n'));
});
await check('below spec: the fields that are not there yet are offered, each with its description', async () => {
  const items = await told.complete(file(), `${kHead}  owner: alice\n  template: docker\n  |\n`);
  const fields = items.filter((item) => item.kind === 10);
  assert.deepEqual(labels(fields).sort(), [
    'automaticUpdates', 'autostart', 'dormant', 'favorite', 'keepAwake', 'organization', 'parameters', 'preset', 'reconcilePolicy',
    'retain', 'templateVersion', 'ttl']);
  for (const field of fields) assert(field.documentation?.length > 10, `${field.label} has no description`);
});
await check('below reconcilePolicy: its fields are offered', async () => {
  const items = await told.complete(file(), `${kHead}  owner: alice\n  template: docker\n  reconcilePolicy:\n    |\n`);
  assert.deepEqual(labels(items).filter((label) => !label.includes('(')).sort(), ['create', 'fields', 'recreate', 'update']);
});
await check("an enumeration's values are offered", async () => {
  const items = await told.complete(file(), `${kHead}  owner: alice\n  template: docker\n  automaticUpdates: |\n`);
  assert.deepEqual(labels(items).filter((label) => label !== 'null'), ['always', 'never']);
});
await check("a boolean's values are offered", async () => {
  const items = await told.complete(file(), `${kHead}  owner: alice\n  template: docker\n  dormant: |\n`);
  assert.deepEqual(labels(items).filter((label) => label !== 'null').sort(), ['false', 'true']);
});
const kSetHead = `apiVersion: coder-reconciler/v1
kind: WorkspaceSet
metadata:
  name: payments
spec:
`;
const kDefaultsHead = `apiVersion: coder-reconciler/v1
kind: WorkspaceDefaults
metadata:
  name: berlin
spec:
`;
const fieldsOf = async (text) => labels((await told.complete(file(), text)).filter((item) => item.kind === 10)).sort();
await check('every kind is offered', async () => {
  const items = await told.complete(file(), 'apiVersion: coder-reconciler/v1\nkind: |\n');
  assert.deepEqual(labels(items).sort(), ['List', 'Workspace', 'WorkspaceDefaults', 'WorkspaceSet']);
});
await check("below a set's spec, its owners and its template: what belongs there is offered, and no owner", async () => {
  assert.deepEqual(await fieldsOf(`${kSetHead}  owners: {list: [alice]}\n  |\n`), ['onLeave', 'spreadAutostart', 'template']);
  assert.deepEqual(await fieldsOf(`${kSetHead}  owners:\n    |\n`), ['except', 'group', 'list', 'organization']);
  const fields = await fieldsOf(`${kSetHead}  owners: {list: [alice]}\n  template:\n    metadata: {name: dev}\n    spec:\n      |\n`);
  assert(fields.includes('ttl') && fields.includes('template') && !fields.includes('owner'), fields.join());
});
await check('what becomes of those who leave is offered', async () => {
  const items = await told.complete(file(), `${kSetHead}  owners: {list: [alice]}\n  onLeave: |\n`);
  assert.deepEqual(labels(items).sort(), ['dormant', 'keep']);
});
await check('below the spec and the values of defaults: what belongs there is offered, and no owner', async () => {
  assert.deepEqual(await fieldsOf(`${kDefaultsHead}  values: {ttl: 8h}\n  |\n`), ['selector']);
  const fields = await fieldsOf(`${kDefaultsHead}  values:\n    |\n`);
  assert(fields.includes('ttl') && fields.includes('template') && !fields.includes('owner'), fields.join());
});
await check("the kind decides in a list's items, too", async () => {
  const fields = await fieldsOf('apiVersion: v1\nkind: List\nitems:\n- apiVersion: coder-reconciler/v1\n  kind: WorkspaceDefaults\n  metadata: {name: d}\n  spec:\n    |\n');
  assert.deepEqual(fields, ['selector', 'values']);
});
await check('errors in a set and in defaults are underlined where they stand', async () => {
  await expectFindings(
      `${kSetHead}  owners: {list: [alice]}\n  template: {metadata: {name: dev}, spec: {template: docker, owner: bob}}\n`,
      ['7:62 owner: Property owner is not allowed.']);
  await expectFindings(`${kDefaultsHead}  values: {tll: 8h}\n`, ['6:12 tll: Property tll is not allowed.']);
});
await check('a good set and good defaults have no errors', async () => {
  await expectFindings(
      `${kSetHead}  owners: {organization: coder}\n  template: {metadata: {name: "{owner}-dev"}, spec: {ttl: 8h}}\n`, []);
  await expectFindings(`${kDefaultsHead}  selector: site=berlin\n  values: {ttl: null, favorite: null}\n`, []);
});

await check('the version of the format is offered', async () => {
  assert.deepEqual(labels(await told.complete(file(), 'apiVersion: |\n')), ['coder-reconciler/v1']);
});
await check('hovering over a field tells what it is for', async () => {
  const text = await told.hover(file(), `${kHead}  owner: alice\n  template: docker\n  tt|l: 8h\n`);
  assert.match(text, /Time from start to automatic stop/);
});

await check('a good document has no errors', () => expectFindings(`${kHead}  owner: alice\n  template: docker\n  ttl: 8h\n`, []));
await check('an unknown key is underlined where it stands', () => expectFindings(
    `${kHead}  owner: alice\n  template: docker\n  tll: 8h\n`, ['8:3 tll: Property tll is not allowed.']));
await check('a wrong type is underlined where it stands', () => expectFindings(
    `${kHead}  owner: alice\n  template: docker\n  dormant: "yes"\n`,
    ['8:12 "yes": Incorrect type. Expected one of boolean, null.']));
await check('a list where a duration belongs is underlined where it stands', () => expectFindings(
    `${kHead}  owner: alice\n  template: docker\n  ttl: [8]\n`,
    ['8:8 [8]: Incorrect type. Expected one of string, null.']));
await check('a value outside its enumeration is underlined, and the values are named', () => expectFindings(
    `${kHead}  owner: alice\n  template: docker\n  automaticUpdates: sometimes\n`,
    ['8:21 sometimes: Value is not accepted. Valid values: "always", "never", null.']));
await check('a missing field is told at the key that lacks it', () => expectFindings(
    `${kHead}  template: docker\n`, ['5:1 spec: Missing property "owner".']));
await check('an error in a second document is told there', () => expectFindings(
    `${kHead}  owner: alice\n  template: docker\n---\n${kHead}  owner: alice\n  template: docker\n  tll: 8h\n`,
    ['16:3 tll: Property tll is not allowed.']));
await check("an error in a list's item is told there", () => expectFindings(
    'apiVersion: v1\nkind: List\nitems:\n- apiVersion: coder-reconciler/v1\n  kind: Workspace\n  metadata: {name: dev}\n' +
        '  spec: {owner: alice, template: docker, tll: 8h}\n',
    ['7:42 tll: Property tll is not allowed.']));

await check('without settings, nothing is known of a file', async () => {
  assert.deepEqual(await untold.diagnose(file(), 'kind: 7\n'), []);
});
await check("a file's own first line switches checks on", async () => {
  const text = `${kModeline}${kHead}  owner: alice\n  template: docker\n  tll: 8h\n`;
  assert.deepEqual(findings(text, await untold.diagnose(file(), text)), ['9:3 tll: Property tll is not allowed.']);
});
await check("a file's own first line switches completion on", async () => {
  const items = await untold.complete(file(), `${kModeline}${kHead}  owner: alice\n  template: docker\n  automaticUpdates: |\n`);
  assert.deepEqual(labels(items).filter((label) => label !== 'null'), ['always', 'never']);
});
await check('a first line may name the schema relative to the file', async () => {
  const beside = pathToFileURL(path.join(path.dirname(path.resolve(schema)), 'specs', 'dev.yaml')).href;
  const text = `# yaml-language-server: $schema=../${path.basename(schema)}\n${kHead}  template: docker\n`;
  assert.deepEqual(findings(text, await untold.diagnose(beside, text)), ['6:1 spec: Missing property "owner".']);
});

await check('the settings in the README name the schema, and the files that it is for', async () => {
  const text = `${kHead}  template: docker\n`;
  for (const name of ['dev.yaml', 'team/dev.yml']) {
    const uri = pathToFileURL(path.join(folder, 'specs', name)).href;
    assert.deepEqual(findings(text, await asShown.diagnose(uri, text)), ['5:1 spec: Missing property "owner".'], name);
  }
  const elsewhere = pathToFileURL(path.join(folder, 'other.yaml')).href;
  assert.deepEqual(await asShown.diagnose(elsewhere, text), []);
});

await check(`the ${examples.length} example files have no errors`, async () => {
  assert(examples.length > 0, 'no examples are given');
  for (const name of examples) await expectFindings(fs.readFileSync(name, 'utf8'), []);
});

await Promise.all([told.stop(), untold.stop(), asShown.stop()]);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
