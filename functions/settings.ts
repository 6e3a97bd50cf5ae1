import { z } from 'zod';

/** The platform hands a reference that it could not resolve over as it is. */
const isReference = (text: string): boolean => text.startsWith('@Microsoft.KeyVault(');

/** Greatest value of each field; names of months and weekdays are the host's affair. */
const scheduleMaxima = [59, 59, 23, 31, 12, 7];

const isSchedule = (text: string): boolean =>
  text
    .split(' ')
    .every((field, place) =>
      (field.match(/\d+/g) ?? ['0']).every((number) => Number(number) <= (scheduleMaxima[place] ?? 0)),
    );

/** While a vault cannot be reached its reference stands there: then telemetry is lost and told so, and the service runs. */
const isHeaderList = (text: string): boolean =>
  isReference(text) ||
  (text.split(',').every((pair) => /^\s*[\w!#$&'*+.^`|~-]+=/.test(pair)) && isDecodable(text));

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

const Moment = z.union([z.iso.datetime(), z.iso.date()], 'is no date such as 2027-06-30');

/** The app settings of the service; docs/settings.md is made from these descriptions. Empty counts as absent. */
export const SettingsSchema = z
  .object({
    DirectoryStorage: z.string().min(1).optional().meta({
      description:
        'Connection string of the storage account. For the embedded stack and development; a deployment names the account by address instead.',
    }),
    DirectoryStorage__tableServiceUri: z.url().optional().meta({
      description: 'Address of the Table service, reached with the managed identity.',
    }),
    DirectoryStorage__queueServiceUri: z.url().optional().meta({
      description: 'Address of the Queue service, reached with the managed identity.',
    }),
    DirectoryStorage__blobServiceUri: z.url().optional().meta({
      description: 'Address of the Blob service, reached with the managed identity: exports.',
    }),
    DirectoryStorage__clientId: z.guid().optional().meta({
      description: 'Client id of the user-assigned identity; the system-assigned one when absent.',
    }),
    PUBLIC_ORIGIN: z
      .url({ protocol: /^https?$/ })
      .refine(
        (text) => new URL(text).origin === text.replace(/\/$/, ''),
        'holds more than scheme, host and port',
      )
      .transform((text) => new URL(text).origin)
      .meta({
        description:
          'Address under which callers reach the service, without a path: base URLs and meta.location are made from it, never from a request.',
      }),
    FIRST_ADMIN_KEY: z
      .string()
      .min(32)
      // Whoever knows the vault's name knows that text.
      .refine((text) => !isReference(text), 'is a vault reference that was not resolved')
      .optional()
      .meta({
        description:
          'The first admin key, at least 32 characters, or its SHA-256 in hexadecimal. Only the hash is kept; it can be replaced and revoked like any key.',
      }),
    ADMIN_TENANT_ID: z.guid().optional().meta({
      description:
        'Entra tenant whose access tokens open the admin API, with the app roles of docs/architecture.md.',
    }),
    ADMIN_AUDIENCE: z.string().min(1).optional().meta({
      description: 'Audience of those access tokens: the application (client) id of the admin API.',
    }),
    GRAPH_CLOUD: z.enum(['public', 'us-government', 'us-government-dod', 'china']).default('public').meta({
      description:
        'Microsoft cloud of the tenants that nested directories read, unless a directory says otherwise.',
    }),
    GRAPH_CREDENTIAL: z
      .enum(['managed-identity', 'client-secret', 'certificate', 'federated'])
      .default('managed-identity')
      .meta({
        description:
          'How nested directories prove who reads, unless a directory says otherwise: `managed-identity` for the home tenant; `federated` for ' +
          'an app of other tenants that trusts the managed identity, without a secret; or an app with a secret or certificate.',
      }),
    GRAPH_CLIENT_ID: z.guid().optional().meta({
      description: 'Client id of the app that other tenants consent to.',
    }),
    GRAPH_CLIENT_SECRET: z.string().min(1).optional().meta({
      description:
        'Secret of that app, best as a Key Vault reference. A directory may name another setting that begins with `GRAPH_`.',
    }),
    GRAPH_CLIENT_SECRET_EXPIRES: Moment.optional().meta({
      description:
        'When that secret expires, `2027-06-30` or with a time: days left in the API, notices and the alert `key-expiring`. Another secret ' +
        '`GRAPH_X` has its `GRAPH_X_EXPIRES`. A certificate says so itself.',
    }),
    GRAPH_CLIENT_CERTIFICATE: z.string().min(1).optional().meta({
      description: 'Private key and certificate of that app as PEM, best as a Key Vault reference.',
    }),
    GRAPH_MANAGED_IDENTITY_CLIENT_ID: z.guid().optional().meta({
      description:
        'Client id of the identity that reads Graph; that of DirectoryStorage__clientId when absent.',
    }),
    LOG_LEVEL: z.enum(['error', 'warning', 'information', 'debug']).default('information').meta({
      description: 'Least important log lines that are written; debug adds one line per request.',
    }),
    EXPORT_SCHEDULE: z
      .string()
      .regex(/^(\S+ ){5}\S+$/, 'takes six fields')
      .refine(isSchedule, 'has a field out of its range')
      .default('0 0 2 * * *')
      .meta({
        description: 'When everything is exported, UTC: seconds, minutes, hours, day, month, weekday.',
      }),
    OTEL_EXPORTER_OTLP_ENDPOINT: z
      .url({ protocol: /^https?$/ })
      .optional()
      .meta({
        description:
          'OpenTelemetry collector that log lines and metrics are sent to as well, by OTLP/HTTP in JSON.',
      }),
    OTEL_EXPORTER_OTLP_HEADERS: z
      .string()
      .refine(isHeaderList, 'is no list of name=value, percent-encoded')
      .optional()
      .meta({ description: 'Headers for the collector, `name=value,name=value`, values percent-encoded.' }),
  })
  .superRefine((settings, context) => {
    if (settings.DirectoryStorage === undefined && settings.DirectoryStorage__tableServiceUri === undefined) {
      const message = 'is missing, and so is DirectoryStorage: one of them names the storage account';
      context.addIssue({ code: 'custom', path: ['DirectoryStorage__tableServiceUri'], message });
    } else if (settings.DirectoryStorage === undefined) {
      for (const name of ['DirectoryStorage__queueServiceUri', 'DirectoryStorage__blobServiceUri'] as const)
        if (settings[name] === undefined)
          context.addIssue({ code: 'custom', path: [name], message: 'is missing: runs and exports need it' });
    }
    if ((settings.ADMIN_TENANT_ID === undefined) !== (settings.ADMIN_AUDIENCE === undefined)) {
      const path = [settings.ADMIN_TENANT_ID === undefined ? 'ADMIN_TENANT_ID' : 'ADMIN_AUDIENCE'];
      context.addIssue({ code: 'custom', path, message: 'is missing: tenant and audience belong together' });
    }
  });

/** A timer's schedule: triggers are registered while the app loads, before its settings are judged as a whole. */
export function scheduleOf(name: 'EXPORT_SCHEDULE'): string {
  const field = SettingsSchema.shape[name];
  return field.safeParse(process.env[name] || undefined).data ?? field.parse(undefined);
}

export type Settings = z.infer<typeof SettingsSchema>;

/** Throws one error that names every wrong or missing setting; values are not in it. */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Settings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = SettingsSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${faultOf(issue, given)}`);
  throw new Error(`Wrong app settings: ${faults.join('; ')}.`);
}

function faultOf(issue: z.core.$ZodIssue, given: Readonly<Record<string, unknown>>): string {
  if (issue.code === 'custom') return issue.message;
  const [name = ''] = issue.path;
  return given[String(name)] === undefined ? 'is missing' : `is not right (${issue.message})`;
}

/** When a secret that a directory names by its setting expires, RFC 3339; undefined when nobody has said so in a way to be read. */
export function graphSecretExpires(
  name: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const said = Moment.safeParse(environment[`${name}_EXPIRES`]).data;
  return said === undefined ? undefined : new Date(said).toISOString();
}

/** A secret that a directory names by its setting: a Key Vault reference that was not resolved is none. */
export function graphSecret(
  name: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  if (!/^GRAPH_[A-Z0-9_]{1,60}$/.test(name)) return undefined;
  const value = environment[name];
  return value === undefined || value === '' || isReference(value) ? undefined : value;
}
