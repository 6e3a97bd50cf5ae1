const replayed = process.env['SIM_SEED'];
const first = Number(replayed ?? process.env['SIM_FIRST'] ?? 1);

/** How many worlds to live through: SIM_SEEDS, or one when SIM_SEED replays it. */
export const seedCount = (usual: number): number =>
  replayed === undefined ? Number(process.env['SIM_SEEDS'] ?? usual) : 1;

export const millisecondsFor = (seeds: number): number => 30_000 + seeds * 60_000;

/** Lives through one world after the other; a failure says which one, and how it is replayed. */
export async function throughSeeds(count: number, scenario: (seed: number) => Promise<void>): Promise<void> {
  for (let seed = first; seed < first + count; seed++) {
    try {
      await scenario(seed);
    } catch (error) {
      throw new Error(`SIM_SEED=${seed} replays this failure: ${String(error)}`, { cause: error });
    }
  }
}
