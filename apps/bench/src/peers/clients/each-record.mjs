/** For clients that take one record a call: a promise that is fulfilled when `send(index)` has been for each of them, one promise a record. */
export function eachRecord(from, end, send) {
  return new Promise((resolve, reject) => {
    let left = end - from
    const onAcknowledged = () => {
      if (--left === 0) resolve()
    }
    for (let index = from; index < end; index++) send(index).then(onAcknowledged, reject)
  })
}
