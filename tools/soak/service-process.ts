import { type EmbeddedStackOptions, startEmbeddedStack } from '../embedded/stack.ts';
import { memoryUse } from './memory.ts';
import type { ServiceOrder, ServiceReply } from './service.ts';

// The service alone in a process: what its memory does is then its own doing, and not that of the load or of the emulator.
const { connectionString, graph } = JSON.parse(process.argv[2] ?? '') as ServiceOrder;
const options: EmbeddedStackOptions = {
  port: 0,
  persistence: { kind: 'memory' },
  log: () => undefined,
  graph,
  storage: { connectionString, stop: async () => undefined },
};
const { origin, organizationId, adminKey, stop } = await startEmbeddedStack(options);

const measured = memoryUse();
const reply = (message: ServiceReply) => process.send?.(message);
process.on('message', () => reply({ kind: 'memory', memory: measured() }));
// Nobody to serve any more, whether the other end closed or died.
process.on('disconnect', () => void stop().then(() => process.exit(0)));
reply({ kind: 'ready', service: { origin, organizationId, adminKey } });
