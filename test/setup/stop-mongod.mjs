// Ends what start-mongod.mjs began.
export default async function stopMongod() {
  await globalThis.stopTestMongod?.();
}
