/** From a loaded client that has not connected to its first record acknowledged, and read by another. */
export async function run(job, open) {
  const begun = performance.now()
  const client = await open(job)
  await client.createTopic()
  const producer = await client.producer(true)
  await producer.send(['first'], ['record'], 0, 1)
  const acknowledgedMs = performance.now() - begun
  let readMs
  await client.read({
    record() {
      readMs ??= performance.now() - begun
    },
    isDone: () => readMs !== undefined,
  })
  return { version: client.version, count: 1, acknowledgedMs, readMs }
}
