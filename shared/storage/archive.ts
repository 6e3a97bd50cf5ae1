import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import type { TableCredential } from './tables.ts';

/** Where exports are kept: names with slashes, whole objects, never changed once written. */
export interface Archive {
  /** Writes a whole object; it is there entirely or not at all. */
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** Undefined when there is no such object. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Names that begin with `prefix`, in order. */
  list(prefix: string): Promise<readonly string[]>;
}

/** Name of the container of nightly exports; it is made with the deployment. */
export const exportsContainer = 'exports';

/** A container with versioning and an immutability policy (infra), reached with the site's identity. */
export function blobArchive(container: ContainerClient): Archive {
  return {
    async write(name, bytes) {
      await container.getBlockBlobClient(name).uploadData(bytes);
    },
    async read(name) {
      const blob = container.getBlockBlobClient(name);
      return (await blob.exists()) ? await blob.downloadToBuffer() : undefined;
    },
    async list(prefix) {
      const names: string[] = [];
      for await (const blob of container.listBlobsFlat({ prefix })) names.push(blob.name);
      return names.sort();
    },
  };
}

/** Where the blobs of an account are. */
export type BlobConnection =
  | { readonly kind: 'connection-string'; readonly value: string }
  /** `https://<account>.blob.core.windows.net` */
  | { readonly kind: 'identity'; readonly blobServiceUri: string; readonly credential: TableCredential };

/** The account's container of exports. */
export function openExports(connection: BlobConnection): ContainerClient {
  const service =
    connection.kind === 'connection-string'
      ? BlobServiceClient.fromConnectionString(connection.value)
      : new BlobServiceClient(connection.blobServiceUri, connection.credential);
  return service.getContainerClient(exportsContainer);
}

/** A folder on this machine: an export that was downloaded, or a rehearsal. */
export function folderArchive(root: string): Archive {
  return {
    async write(name, bytes) {
      const path = join(root, name);
      await mkdir(dirname(path), { recursive: true });
      const file = await open(`${path}.part`, 'w');
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(`${path}.part`, path);
    },
    async read(name) {
      return await readFile(join(root, name)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      });
    },
    async list(prefix) {
      const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
      return entries
        .filter((entry) => entry.isFile() && !entry.name.endsWith('.part'))
        .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
        .filter((name) => name.startsWith(prefix))
        .sort();
    },
  };
}
