// A client of a language server: what an editor does, without the editor.
import {spawn} from 'node:child_process';

const kPatience = 20_000;

export class LanguageServer {
  #process;
  #pending = new Map();
  #published = new Map();
  #waiting = [];
  #configuration;
  #next = 1;
  #buffer = Buffer.alloc(0);

  // settings: the editor's, as in {yaml: {…}}. folder: the one that is open in it, as a URI.
  static async start(command, args, settings, folder = null) {
    const server = new LanguageServer(command, args, settings);
    await server.request('initialize', {
      processId: process.pid,
      rootUri: folder,
      workspaceFolders: folder === null ? null : [{uri: folder, name: 'open'}],
      capabilities: {
        textDocument: {
          completion: {completionItem: {snippetSupport: true, documentationFormat: ['markdown']}},
          hover: {contentFormat: ['markdown']},
        },
        workspace: {configuration: true},
      },
    });
    server.notify('initialized', {});
    server.notify('workspace/didChangeConfiguration', {settings});
    return server;
  }

  constructor(command, args, settings) {
    this.#configuration = settings;
    this.#process = spawn(command, args, {stdio: ['pipe', 'pipe', 'inherit']});
    this.#process.stdout.on('data', (chunk) => this.#receive(chunk));
  }

  request(method, params) {
    const id = this.#next++;
    this.#send({id, method, params});
    return within(`an answer to ${method}`, (resolve, reject) => this.#pending.set(id, {resolve, reject}));
  }

  notify(method, params) {
    this.#send({method, params});
  }

  // The diagnostics of a document that is opened with this text, sorted by place.
  async diagnose(uri, text) {
    this.#published.delete(uri);
    this.notify('textDocument/didOpen', {textDocument: {uri, languageId: 'yaml', version: 1, text}});
    await within(`diagnostics of ${uri}`, (resolve) => this.#waiting.push({uri, resolve}));
    return this.#published.get(uri).sort(
        (a, b) => a.range.start.line - b.range.start.line || a.range.start.character - b.range.start.character);
  }

  // at: where `|` stands in the text, which is opened without it.
  async complete(uri, marked) {
    const {text, position} = unmark(marked);
    await this.diagnose(uri, text);
    const answer = await this.request('textDocument/completion', {textDocument: {uri}, position});
    return Array.isArray(answer) ? answer : answer.items;
  }

  async hover(uri, marked) {
    const {text, position} = unmark(marked);
    await this.diagnose(uri, text);
    const answer = await this.request('textDocument/hover', {textDocument: {uri}, position});
    return answer === null ? '' : answer.contents.value;
  }

  async stop() {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    await this.request('shutdown', null);
    this.notify('exit', null);
    await ended;
  }

  #send(message) {
    const body = Buffer.from(JSON.stringify({jsonrpc: '2.0', ...message}));
    this.#process.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
    this.#process.stdin.write(body);
  }

  #receive(chunk) {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    for (;;) {
      const end = this.#buffer.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#buffer.toString('latin1', 0, end))[1]);
      if (this.#buffer.length < end + 4 + length) return;
      const body = this.#buffer.toString('utf8', end + 4, end + 4 + length);
      this.#buffer = this.#buffer.subarray(end + 4 + length);
      this.#dispatch(JSON.parse(body));
    }
  }

  #dispatch(message) {
    if (message.method === 'workspace/configuration') {
      const result = message.params.items.map((item) => this.#configuration[item.section] ?? null);
      this.#send({id: message.id, result});
    } else if (message.method === 'textDocument/publishDiagnostics') {
      const {uri, diagnostics} = message.params;
      this.#published.set(uri, diagnostics);
      this.#waiting.filter((one) => one.uri === uri).forEach((one) => one.resolve());
      this.#waiting = this.#waiting.filter((one) => one.uri !== uri);
    } else if (message.method !== undefined) {
      if (message.id !== undefined) this.#send({id: message.id, result: null});
    } else {
      const {resolve, reject} = this.#pending.get(message.id);
      this.#pending.delete(message.id);
      if (message.error) reject(new Error(message.error.message));
      else resolve(message.result);
    }
  }
}

function unmark(marked) {
  const before = marked.slice(0, marked.indexOf('|')).split('\n');
  return {
    text: marked.replace('|', ''),
    position: {line: before.length - 1, character: before.at(-1).length},
  };
}

function within(what, start) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`gave up waiting for ${what}`)), kPatience);
    const settle = (how) => (value) => {
      clearTimeout(timer);
      how(value);
    };
    start(settle(resolve), settle(reject));
  });
}
