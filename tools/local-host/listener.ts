import type { Log } from './core-module.ts';
import type { Invoke } from './invocation.ts';

/** A trigger that is not HTTP. */
export interface Listener {
  readonly start: () => Promise<void>;
  /** Takes nothing new and waits for what runs. */
  readonly stop: () => Promise<void>;
}

export interface ListenerParts {
  readonly invoke: Invoke;
  readonly log: Log;
  /** Replaces `%SETTING%`. */
  readonly resolve: (text: string) => string;
}

/** `%NAME%` stands for the app setting NAME; throws when there is none, as the host does at start. */
export const settingResolver =
  (environment: Readonly<Record<string, string | undefined>>) =>
  (text: string): string =>
    text.replace(/%([^%]+)%/g, (_, name: string) => {
      const value = environment[name];
      if (value === undefined)
        throw new Error(`'%${name}%' does not resolve to a value: there is no such setting`);
      return value;
    });
