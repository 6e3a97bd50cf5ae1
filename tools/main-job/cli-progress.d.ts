declare module 'cli-progress' {
  /** What is used of the library, which brings no types of its own. */
  export class SingleBar {
    constructor(options: {
      readonly format: string;
      readonly hideCursor?: boolean;
      readonly clearOnComplete?: boolean;
      readonly barCompleteChar?: string;
      readonly barIncompleteChar?: string;
      readonly stream?: NodeJS.WritableStream;
    });
    start(total: number, value: number, payload?: Readonly<Record<string, string>>): void;
    update(value: number, payload?: Readonly<Record<string, string>>): void;
    setTotal(total: number): void;
    stop(): void;
  }
}
