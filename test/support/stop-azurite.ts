export default async function stopAzuriteOnce(): Promise<void> {
  await globalThis.azuriteOfTests?.stop();
}
