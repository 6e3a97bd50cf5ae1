// node test/simulation/sync/live-seeds.ts [--first 1] [--seeds 1000]: lives through one world after the other, and names the first that fails.
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { liveThrough } from './random-world.ts';

const { values } = parseArgs({
  options: { first: { type: 'string', default: '1' }, seeds: { type: 'string', default: '1000' } },
});
const first = Number(values.first);

for (let seed = first; seed < first + Number(values.seeds); seed++) {
  console.log(`seed ${seed}`);
  const why = await faultOf(seed);
  if (why !== undefined) {
    console.log(`fails: ${why}`);
    process.exit(1);
  }
}

async function faultOf(seed: number): Promise<string | undefined> {
  try {
    const { said, truth } = await liveThrough(seed);
    const wrong = Object.keys(said).filter(
      (what) => !isDeepStrictEqual(said[what as keyof typeof said], truth[what as keyof typeof truth]),
    );
    return wrong.length === 0 ? undefined : `in the end ${wrong.join(' and ')} are not what they should be`;
  } catch (error) {
    return String(error).split('\n')[0];
  }
}
