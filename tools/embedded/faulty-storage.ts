import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Azurite } from './azurite.ts';

/** How often, per request, the storage service misbehaves; the rest passes through unharmed. */
export interface FaultRates {
  /** 503 ServerBusy before anything is done. */
  readonly busy: number;
  /** 500 OperationTimedOut before anything is done. */
  readonly timedOut: number;
  /** The connection is reset before anything is done. */
  readonly reset: number;
  /** The request is carried out and its answer lost. */
  readonly answerLost: number;
  /** Up to a tenth of a second late. */
  readonly late: number;
}

export interface FaultyStorage {
  /** The emulator's connection string with the table service behind this proxy. */
  readonly connectionString: string;
  readonly faults: Readonly<Record<keyof FaultRates | 'none', number>>;
  /** Switches every fault off, to let a system settle. */
  heal(): void;
  /** Switches them on again, as they are in the beginning. */
  spoil(): void;
  stop(): Promise<void>;
}

/** A table service that fails now and then, in an order that follows from `seed`: a proxy before the emulator. */
export async function startFaultyStorage(
  azurite: Pick<Azurite, 'connectionString' | 'tableEndpoint'>,
  options: { readonly seed: number; readonly rates: FaultRates },
): Promise<FaultyStorage> {
  const target = new URL(azurite.tableEndpoint);
  const agent = new Agent({ keepAlive: true });
  const random = seeded(options.seed);
  const faults = { busy: 0, timedOut: 0, reset: 0, answerLost: 0, late: 0, none: 0 };
  let healthy = false;
  const server = createServer((incoming, outgoing) => {
    const fault = healthy ? 'none' : drawn(options.rates, random());
    faults[fault]++;
    misbehave(fault, { incoming, outgoing, target, agent, delayMilliseconds: random() * 100 });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}${target.pathname}`;
  return {
    connectionString: azurite.connectionString.replace(
      `TableEndpoint=${azurite.tableEndpoint}`,
      `TableEndpoint=${endpoint}`,
    ),
    faults,
    heal: () => {
      healthy = true;
    },
    spoil: () => {
      healthy = false;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      agent.destroy();
    },
  };
}

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly target: URL;
  readonly agent: Agent;
  readonly delayMilliseconds: number;
}

function misbehave(fault: keyof FaultRates | 'none', exchange: Exchange): void {
  switch (fault) {
    case 'busy':
      refuse(exchange, 503, 'ServerBusy');
      break;
    case 'timedOut':
      refuse(exchange, 500, 'OperationTimedOut');
      break;
    case 'reset':
      exchange.incoming.socket.destroy();
      break;
    case 'answerLost':
      forward(exchange, (answer) => {
        answer.resume();
        answer.on('end', () => exchange.incoming.socket.destroy());
      });
      break;
    case 'late':
      setTimeout(
        () => forward(exchange, (answer) => relay(answer, exchange.outgoing)),
        exchange.delayMilliseconds,
      );
      break;
    case 'none':
      forward(exchange, (answer) => relay(answer, exchange.outgoing));
      break;
  }
}

function forward(
  { incoming, outgoing, target, agent }: Exchange,
  done: (answer: IncomingMessage) => void,
): void {
  const { method, headers, url } = incoming;
  const onward = request(
    { host: target.hostname, port: target.port, method, headers, path: url, agent },
    done,
  );
  onward.on('error', () => outgoing.destroy());
  incoming.pipe(onward);
}

function relay(answer: IncomingMessage, outgoing: ServerResponse): void {
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
  answer.pipe(outgoing);
}

function refuse({ incoming, outgoing }: Exchange, status: number, code: string): void {
  incoming.resume();
  const body = JSON.stringify({ 'odata.error': { code, message: { lang: 'en-US', value: code } } });
  outgoing.writeHead(status, { 'content-type': 'application/json;odata=minimalmetadata' }).end(body);
}

function drawn(rates: FaultRates, chance: number): keyof FaultRates | 'none' {
  let left = chance;
  for (const fault of ['busy', 'timedOut', 'reset', 'answerLost', 'late'] as const) {
    left -= rates[fault];
    if (left < 0) return fault;
  }
  return 'none';
}

/** Mulberry32: small, seeded, good enough to draw faults with. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
