import { expect, test } from '@jest/globals';
import { compare, generatedParts } from '../../tools/docs/generated-parts.ts';

test.each(generatedParts)(
  '$document says what the code says ($name); else npx node tools/docs/generate.ts',
  async (part) => {
    const { now, due } = await compare(part);
    expect(now).toBe(due);
  },
);
