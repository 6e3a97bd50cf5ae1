import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** The part of host.json that this host obeys, with the host's own defaults. */
export type HostConfiguration = z.infer<typeof HostJson>;

export const readHostJson = (appDirectory: string): HostConfiguration =>
  HostJson.parse(JSON.parse(readFileSync(join(appDirectory, 'host.json'), 'utf8')));

const duration = z
  .string()
  .regex(/^(\d+\.)?\d{1,2}:\d{2}:\d{2}$/)
  .transform((text) => {
    const [, days = '0', hours = '0', minutes = '0', seconds = '0'] =
      /^(?:(\d+)\.)?(\d+):(\d+):(\d+)$/.exec(text) ?? [];
    return 1000 * (Number(seconds) + 60 * (Number(minutes) + 60 * (Number(hours) + 24 * Number(days))));
  });

const HttpOptions = z.object({ routePrefix: z.string().default('api') });

/** Times in milliseconds. */
const QueueOptions = z.object({
  batchSize: z.number().int().min(1).max(32).default(16),
  newBatchThreshold: z.number().int().min(0).optional(),
  maxDequeueCount: z.number().int().min(1).default(5),
  maxPollingInterval: duration.default(60_000),
  visibilityTimeout: duration.default(0),
  messageEncoding: z.enum(['base64', 'none']).default('base64'),
});
export type QueueOptions = z.infer<typeof QueueOptions>;

const HostJson = z.object({
  version: z.literal('2.0'),
  functionTimeout: duration.default(30 * 60_000),
  extensions: z
    .object({
      http: HttpOptions.default(HttpOptions.parse({})),
      queues: QueueOptions.default(QueueOptions.parse({})),
    })
    .default({ http: HttpOptions.parse({}), queues: QueueOptions.parse({}) }),
});
