/**
 * Who is best of each group of slots, kept as in a tournament: a slot that changes plays again up to its group's final, which is
 * as many comparisons as the group's size has binary digits.
 */

const NOBODY = -1

export interface Seeding {
  /** How many groups there are. */
  readonly groups: number
  /** By slot: its group, or -1 for a slot that does not play. */
  readonly groupOf: Int32Array
}

/** Where everybody plays: the same for all tournaments of the same groups. */
export class Draw {
  readonly groupOf: Int32Array
  /** By group: where its games begin, and with how many places its first round. */
  readonly start: Int32Array
  readonly places: Int32Array
  /** By slot: its place in its group's first round. */
  readonly placeOf: Int32Array
  readonly length: number

  constructor({ groups, groupOf }: Seeding) {
    this.groupOf = groupOf
    const sizes = new Int32Array(groups)
    this.placeOf = new Int32Array(groupOf.length)
    for (let slot = 0; slot < groupOf.length; slot += 1) {
      const group = groupOf[slot] ?? NOBODY
      if (group >= 0) this.placeOf[slot] = sizes[group]!++ // a group of groupOf is below groups
    }
    this.start = new Int32Array(groups)
    this.places = new Int32Array(groups)
    let length = 0
    for (let group = 0; group < groups; group += 1) {
      const places = 2 ** Math.ceil(Math.log2(Math.max(1, sizes[group] ?? 0)))
      this.start[group] = length
      this.places[group] = places
      length += 2 * places
    }
    this.length = length
  }
}

interface Among {
  readonly start: number
  readonly places: number
  /** By slot: 1 for one that is open. */
  readonly open: Uint8Array
}

export class Brackets {
  readonly #isBetter: (slot: number, than: number) => boolean
  readonly #draw: Draw
  /** Each group's games: the final at 1, the games that lead to game n at 2n and 2n + 1, the slots themselves last. */
  readonly #winners: Int32Array

  /** @param isBetter an order without ties; it must not change between `rebuild` and `update` but for the slot that is told */
  constructor(draw: Draw, isBetter: (slot: number, than: number) => boolean) {
    this.#isBetter = isBetter
    this.#draw = draw
    this.#winners = new Int32Array(draw.length).fill(NOBODY)
  }

  /** The best slot of a group, -1 when none plays. */
  best(group: number): number {
    return this.#winners[(this.#draw.start[group] ?? 0) + 1] ?? NOBODY
  }

  /** The best slot of a group among those that are open; -1 when none is. Who is better than it, and closed, is all that is looked at. */
  bestOf(group: number, open: Uint8Array): number {
    return this.#find(1, { start: this.#draw.start[group] ?? 0, places: this.#draw.places[group] ?? 0, open })
  }

  /** Plays everything. @param plays whether a slot plays at all */
  rebuild(plays: (slot: number) => boolean): void {
    const winners = this.#winners
    const { groupOf, start, places, placeOf } = this.#draw
    for (let slot = 0; slot < groupOf.length; slot += 1) {
      const group = groupOf[slot]! // below its length
      if (group >= 0) winners[start[group]! + places[group]! + placeOf[slot]!] = plays(slot) ? slot : NOBODY
    }
    for (let group = 0; group < places.length; group += 1) {
      const first = start[group]!
      for (let game = places[group]! - 1; game >= 1; game -= 1) winners[first + game] = this.#play(first + 2 * game)
    }
  }

  /** A slot is better or worse than before, or plays no more. */
  update(slot: number, plays: boolean): void {
    const { groupOf, start: starts, places, placeOf } = this.#draw
    const group = groupOf[slot] ?? NOBODY
    if (group < 0) return
    const winners = this.#winners
    const start = starts[group]! // of a group that there is
    let game = places[group]! + placeOf[slot]!
    winners[start + game] = plays ? slot : NOBODY
    while (game > 1) {
      game >>= 1
      const winner = this.#play(start + 2 * game)
      // Neither it nor its place matters any further up.
      if (winner !== slot && winners[start + game] === winner) return
      winners[start + game] = winner
    }
  }

  #find(game: number, among: Among): number {
    const { start, places, open } = among
    const winner = this.#winners[start + game] ?? NOBODY
    if (winner < 0 || open[winner] === 1) return winner
    if (game >= places) return NOBODY
    return this.#better(this.#find(2 * game, among), this.#find(2 * game + 1, among))
  }

  #play(first: number): number {
    return this.#better(this.#winners[first] ?? NOBODY, this.#winners[first + 1] ?? NOBODY)
  }

  #better(a: number, b: number): number {
    if (a < 0 || b < 0) return a < 0 ? b : a
    return this.#isBetter(b, a) ? b : a
  }
}
