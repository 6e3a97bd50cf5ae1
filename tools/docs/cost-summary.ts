import { costOfUse } from './cost.ts';
import { standingCosts } from './standing-cost.ts';

/** The paragraph of the README about money. */
export async function costSummary(): Promise<string> {
  const [dev = 0, prod = 0, zones = 0] = standingCosts();
  const dollars = (value: number) => Math.round(value).toLocaleString('en');
  const small = costOfUse(1_000);
  return (
    `**What it costs**: about ${dollars(dev + small)} USD a month as \`dev\` and ${dollars(prod + small)} USD as \`prod\` for 1,000 users, nearly all of it for standing ready ` +
    `(alerts, private network, warm instances);\n100,000 users add ${dollars(costOfUse(100_000) - small)} USD, a million ${dollars(costOfUse(1_000_000) - small)}. ` +
    `Zone redundancy costs ${dollars(zones - prod)} USD more. [Arithmetic, prices and their sources](docs/cost.md).`
  );
}
