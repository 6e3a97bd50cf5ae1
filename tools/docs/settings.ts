import { SettingsSchema } from '../../functions/settings.ts';
import { markdownTable } from './markdown-table.ts';

/** The app settings, from the schema that reads them. */
export async function settingsTable(): Promise<string> {
  const rows = Object.entries(SettingsSchema.shape).map(([name, schema]) => {
    const description = schema.meta()?.description ?? '';
    return [`\`${name}\``, presence(schema.safeParse(undefined)), description];
  });
  return markdownTable(['setting', 'default', 'what it is'], rows);
}

function presence(absent: { readonly success: boolean; readonly data?: unknown }): string {
  if (!absent.success) return 'required';
  return absent.data === undefined ? 'none' : `\`${absent.data}\``;
}
