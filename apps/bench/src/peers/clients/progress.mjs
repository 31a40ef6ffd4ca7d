// How far a job has come: what it says when it reaches its deadline.
const counts = new Map()

export function count(name, value) {
  counts.set(name, value)
}

export function progress() {
  return [...counts].map(([name, value]) => `${name} ${value}`).join(', ') || 'nothing was done'
}
