import { globSync, readFileSync } from 'node:fs';
import { Module } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { WorkerCore } from './core-module.ts';

/**
 * Loads the app in `appDirectory` as the worker does: `main` of its package.json, which may be a glob.
 * Throws what the app throws, and when nothing was registered: in Azure that is a green deployment that answers 404 (§1.1).
 */
export async function loadApp(appDirectory: string, core: WorkerCore): Promise<void> {
  answerCoreRequires(core);
  const { main } = JSON.parse(readFileSync(join(appDirectory, 'package.json'), 'utf8')) as { main?: string };
  if (main === undefined) throw new Error(`${join(appDirectory, 'package.json')} names no "main"`);
  const entries = globSync(main, { cwd: appDirectory }).sort();
  if (entries.length === 0) throw new Error(`no file matches "main": "${main}" in ${appDirectory}`);
  for (const entry of entries) await import(pathToFileURL(join(appDirectory, entry)).href);
  if (core.functions.size === 0) throw new Error(`"${main}" registered no function`);
  core.close();
}

/**
 * The library requires its core lazily, from CommonJS, whatever the app is written in; the worker patches the same method.
 * The module registry belongs to the process, so a process runs one app.
 */
function answerCoreRequires(core: WorkerCore): void {
  const original = Module.prototype.require;
  if (patched) throw new Error('this process runs an app already');
  patched = true;
  Module.prototype.require = Object.assign(function require(this: Module, id: string): unknown {
    return id === '@azure/functions-core' ? core.exports : original.call(this, id);
  }, original);
}

let patched = false;
