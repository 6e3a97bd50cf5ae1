/** Runs a tool: its exit code, or 2 and one sentence for what the person can mend. */
export async function runTool(tool: (args: string[]) => Promise<number>): Promise<void> {
  try {
    process.exitCode = await tool(process.argv.slice(2));
  } catch (error) {
    const mendable = error instanceof Error && (error.constructor === Error || error.name === 'TypeError');
    const text = error instanceof Error ? (mendable ? error.message : (error.stack ?? error.message)) : error;
    process.stderr.write(`${text}\n`);
    process.exitCode = 2;
  }
}
