import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface ChildOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Of Node. */
  readonly flags?: readonly string[];
}

/** A process of this folder that answers each line with a line of JSON. */
export class TalkingChild {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(file: string, given: readonly string[] = [], options: ChildOptions = {}) {
    const { environment = {}, flags = [] } = options;
    const path = fileURLToPath(new URL(file, import.meta.url));
    this.#process = spawn(process.execPath, [...flags, path, ...given], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...environment },
    });
    if (this.#process.stdout === null) throw new Error('a child without standard output');
    const lines: Interface = createInterface({ input: this.#process.stdout });
    this.#lines = lines[Symbol.asyncIterator]();
  }

  async ask(line: string): Promise<unknown> {
    this.#process.stdin?.write(`${line}\n`);
    return await this.answer();
  }

  /** What it says next, of its own accord too. */
  async answer(): Promise<unknown> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error('a child ended without saying anything');
    return JSON.parse(value);
  }

  kill(): void {
    this.#process.kill();
  }
}
