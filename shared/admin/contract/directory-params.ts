import { DirectoryId } from '../../model/ids.ts';
import { organizationParams } from './organizations.ts';

export const directoryParams = organizationParams.extend({
  directoryId: DirectoryId.meta({
    description: 'Id of the directory.',
    example: 'dir_019ab0c1d2e3f4a5b6c7d8e9f0a1b2c3',
  }),
});
