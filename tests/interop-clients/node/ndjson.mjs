// The loop of the Node clients: a request a line on stdin, an answer a line on stdout.
import { createInterface } from 'node:readline'

/** The broker to talk to. */
export const address = process.argv[2]

/** Answers each request by the operation it names. */
export async function serve(hello, operations) {
  emit({ hello })
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line)
    try {
      emit({ id: request.id, ok: (await operations[request.op](request)) ?? {} })
    } catch (error) {
      emit({ id: request.id, error: `${error?.name}: ${error?.message}`, stack: String(error?.stack) })
    }
  }
}

export function decode(text) {
  return text === null ? null : Buffer.from(text, 'base64')
}

export function encode(bytes) {
  return bytes === null || bytes === undefined ? null : Buffer.from(bytes).toString('base64')
}

function emit(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}
