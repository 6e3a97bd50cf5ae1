import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// npm run start:func: the same app in the real Functions host, for whoever has Core Tools; nothing else here needs them.
const repository = fileURLToPath(new URL('..', import.meta.url));
const app = join(repository, 'dist', 'app');

if (spawnSync('func', ['--version'], { shell: process.platform === 'win32' }).status !== 0) {
  process.stderr.write(
    'Azure Functions Core Tools ("func") are not on the PATH. `npm run serve` runs the same app without them.\n',
  );
  process.exit(1);
}
const packaged = spawnSync(process.execPath, [join(repository, 'tools', 'package-app.ts'), app], {
  stdio: 'inherit',
});
if (packaged.status !== 0) process.exit(1);
const { status } = spawnSync('func', ['start', '--port', '7071', ...process.argv.slice(2)], {
  cwd: app,
  stdio: 'inherit',
  shell: process.platform === 'win32',
  env: {
    ...process.env,
    FUNCTIONS_WORKER_RUNTIME: 'node',
    // An emulator or account must run: `npx azurite` gives the first.
    AzureWebJobsStorage: process.env['AzureWebJobsStorage'] ?? 'UseDevelopmentStorage=true',
    DirectoryStorage: process.env['DirectoryStorage'] ?? 'UseDevelopmentStorage=true',
    PUBLIC_ORIGIN: process.env['PUBLIC_ORIGIN'] ?? 'http://127.0.0.1:7071',
  },
});
process.exit(status ?? 1);
