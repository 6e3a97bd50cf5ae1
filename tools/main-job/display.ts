import { SingleBar } from 'cli-progress';

/** Where the main job shows how far it is. */
export interface Display {
  line(text: string): void;
  /** Begins a step that ends with the next step or line. */
  step(title: string): void;
  progress(done: number, total: number, detail: string): void;
}

/** A bar on a terminal; elsewhere plain lines, two to four per step. */
export function displayOn(stream: NodeJS.WriteStream): Display {
  return stream.isTTY ? barDisplay(stream) : lineDisplay(stream);
}

function barDisplay(stream: NodeJS.WriteStream): Display {
  let bar: SingleBar | undefined;
  let title = '';
  const end = () => {
    bar?.stop();
    bar = undefined;
  };
  return {
    line(text) {
      end();
      stream.write(`${text}\n`);
    },
    step(next) {
      end();
      title = next;
    },
    progress(done, total, detail) {
      if (bar === undefined) {
        const format = '{title} {bar} {percentage}% {detail}';
        bar = new SingleBar({
          format,
          hideCursor: true,
          barCompleteChar: '█',
          barIncompleteChar: '░',
          stream,
        });
        bar.start(total, done, { title: title.padEnd(titleWidth), detail });
        return;
      }
      bar.setTotal(total);
      bar.update(done, { detail });
    },
  };
}

function lineDisplay(stream: NodeJS.WritableStream): Display {
  let title = '';
  let told = 0;
  return {
    line: (text) => stream.write(`${text}\n`),
    step(next) {
      title = next;
      told = 0;
    },
    progress(done, total, detail) {
      const quarter = total === 0 ? 4 : Math.floor((done / total) * 4);
      if (quarter <= told) return;
      told = quarter;
      stream.write(`${title.padEnd(titleWidth)} ${String(quarter * 25).padStart(3)} % ${detail}\n`);
    },
  };
}

const titleWidth = 38;
