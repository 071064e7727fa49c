import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** URIs may hold passwords. */
const PRIVATE_FILE = 0o600;

const pathIn = (dataDir: string): string => join(dataDir, 'running.json');

/** What `npm start` chose, in its data folder while it runs, so that other commands find it. */
export class RunningNote {
  readonly #path: string;
  #settings: Record<string, string> = {};

  constructor(dataDir: string) {
    this.#path = pathIn(dataDir);
  }

  /** Adds settings, by the names that they have in the environment. */
  add(settings: Record<string, string>): void {
    this.#settings = { ...this.#settings, ...settings };
    const note = { pid: process.pid, settings: this.#settings };
    writeFileSync(this.#path, `${JSON.stringify(note, null, 2)}\n`, { mode: PRIVATE_FILE });
  }

  close(): void {
    rmSync(this.#path, { force: true });
  }
}

/** The settings of the `npm start` that runs on this folder; undefined when none does. */
export function readRunningNote(dataDir: string): Record<string, string> | undefined {
  try {
    const note = JSON.parse(readFileSync(pathIn(dataDir), 'utf8')) as {
      pid: number;
      settings: Record<string, string>;
    };
    // It throws when there is no such process: a killed `npm start` leaves its note behind.
    process.kill(note.pid, 0);
    return note.settings;
  } catch {
    return undefined;
  }
}
