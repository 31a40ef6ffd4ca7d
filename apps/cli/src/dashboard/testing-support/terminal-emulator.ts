interface Buffer {
  lines: string[][]
  row: number
  column: number
}

/**
 * A terminal in memory, as far as the dashboard uses one: text, moving the cursor, erasing, the alternate screen. Any other sequence is an error, so
 * that nothing goes by unseen. Characters are taken for one column each.
 */
export class TerminalEmulator {
  columns: number
  rows: number
  isCursorVisible = true
  isAlternate = false
  /** Texts put on the clipboard (OSC 52). */
  readonly copied: string[] = []
  readonly #main: Buffer = { lines: [], row: 0, column: 0 }
  #alternate: Buffer = { lines: [], row: 0, column: 0 }
  #pending = ''

  constructor(columns: number, rows: number) {
    this.columns = columns
    this.rows = rows
  }

  /** The screen, line by line, without spaces at their ends. */
  text(): string[] {
    const { lines } = this.#buffer
    return Array.from({ length: this.rows }, (_, row) =>
      (lines[row] ?? [])
        .map((cell) => cell ?? ' ')
        .join('')
        .trimEnd(),
    )
  }

  /** What a terminal does when it is given another size: lines are cut, not wrapped anew. */
  resize(columns: number, rows: number): void {
    this.columns = columns
    this.rows = rows
    const buffer = this.#buffer
    // A terminal that loses rows keeps its cursor on screen by scrolling.
    while (buffer.row >= rows) {
      buffer.lines.shift()
      buffer.row--
    }
    buffer.lines.length = Math.min(buffer.lines.length, rows)
    buffer.lines = Array.from(buffer.lines, (line) => (line ?? []).slice(0, columns))
    buffer.column = Math.min(buffer.column, columns - 1)
  }

  /** Takes what a program wrote. */
  feed(output: string): void {
    let rest = this.#pending + output
    this.#pending = ''
    while (rest !== '') {
      const taken = this.#take(rest)
      if (taken === 0) {
        this.#pending = rest
        return
      }
      rest = rest.slice(taken)
    }
  }

  get #buffer(): Buffer {
    return this.isAlternate ? this.#alternate : this.#main
  }

  /** Handles what is at the front and returns its length; 0 for a sequence that has not ended yet. */
  #take(rest: string): number {
    const buffer = this.#buffer
    switch (rest[0]) {
      case '\r':
        buffer.column = 0
        return 1
      case '\n':
        this.#lineFeed(buffer)
        return 1
      case '\b':
        buffer.column = Math.max(0, buffer.column - 1)
        return 1
      case '\u0007':
        return 1
      case '\u001b':
        return this.#takeSequence(rest)
      default: {
        const character = String.fromCodePoint(rest.codePointAt(0)!)
        this.#put(buffer, character)
        return character.length
      }
    }
  }

  #put(buffer: Buffer, character: string): void {
    if (buffer.column >= this.columns) {
      buffer.column = 0
      this.#lineFeed(buffer)
    }
    buffer.lines[buffer.row] ??= []
    const line = buffer.lines[buffer.row]!
    while (line.length < buffer.column) line.push(' ')
    line[buffer.column] = character
    buffer.column++
  }

  #lineFeed(buffer: Buffer): void {
    if (buffer.row < this.rows - 1) buffer.row++
    else buffer.lines.splice(0, buffer.lines.length, ...buffer.lines.slice(1, this.rows), [])
  }

  #takeSequence(rest: string): number {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: sequences are made of them
    const csi = /^\u001b\[([?>=]?)([0-9;]*)([A-Za-z])/.exec(rest)
    if (csi !== null) {
      this.#control({ mark: csi[1]!, parameters: csi[2]!.split(';').map(Number), final: csi[3]! })
      return csi[0].length
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: sequences are made of them
    const osc = /^\u001b\]52;c;([^\u0007\u001b]*)(?:\u0007|\u001b\\)/.exec(rest)
    if (osc !== null) {
      this.copied.push(atob(osc[1]!))
      return osc[0].length
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: sequences are made of them
    if (/^\u001b(?:\[[?>=]?[0-9;]*|\][^\u0007]*)?$/.test(rest)) return 0
    throw new Error(`a sequence this terminal does not know: ${JSON.stringify(rest.slice(0, 20))}`)
  }

  #control({ mark, parameters, final }: { readonly mark: string; readonly parameters: readonly number[]; readonly final: string }): void {
    const buffer = this.#buffer
    const [first = 0, second = 0] = parameters
    switch (mark === '?' ? 'mode' : final) {
      case 'mode':
        this.#mode(first, final === 'h')
        break
      case 'A':
        buffer.row = Math.max(0, buffer.row - (first || 1))
        break
      case 'B':
        buffer.row = Math.min(this.rows - 1, buffer.row + (first || 1))
        break
      case 'C':
        buffer.column = Math.min(this.columns - 1, buffer.column + (first || 1))
        break
      case 'D':
        buffer.column = Math.max(0, buffer.column - (first || 1))
        break
      case 'E':
        buffer.row = Math.min(this.rows - 1, buffer.row + (first || 1))
        buffer.column = 0
        break
      case 'G':
        buffer.column = (first || 1) - 1
        break
      case 'H':
        buffer.row = Math.min(this.rows - 1, (first || 1) - 1)
        buffer.column = Math.min(this.columns - 1, (second || 1) - 1)
        break
      case 'J':
        this.#eraseDown(buffer, first)
        break
      case 'K':
        this.#eraseLine(buffer, first)
        break
      case 'm':
        break
      default:
        throw new Error(`a sequence this terminal does not know: CSI ${mark}${parameters.join(';')}${final}`)
    }
  }

  #eraseDown(buffer: Buffer, kind: number): void {
    if (kind === 2) buffer.lines.length = 0
    else if (kind === 0) {
      buffer.lines.length = Math.min(buffer.lines.length, buffer.row + 1)
      this.#eraseLine(buffer, 0)
    } else throw new Error(`erasing in a way this terminal does not know: ${kind}`)
  }

  #eraseLine(buffer: Buffer, kind: number): void {
    const line = buffer.lines[buffer.row]
    if (line === undefined) return
    if (kind === 2) line.length = 0
    else if (kind === 0) line.length = Math.min(line.length, buffer.column)
    else line.fill(' ', 0, buffer.column + 1)
  }

  #mode(mode: number, isOn: boolean): void {
    if (mode === 25) this.isCursorVisible = isOn
    if (mode !== 1049 || isOn === this.isAlternate) return
    this.isAlternate = isOn
    if (isOn) this.#alternate = { lines: [], row: this.#main.row, column: 0 }
  }
}
