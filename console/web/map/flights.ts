/**
 * Pods that move, as something to see: a square that flies from where the pod was to where it is now. A pod that was replaced by
 * another of its deployment flies from there; one that waited comes from above. Pure but for what it remembers.
 */
import type { FleetChanges, Stay } from '../fleet.ts'

const FLIGHT_MS = 700
/** More at once are no longer movements but noise. */
const FLIGHTS_MAX = 200
/** So long a pod that comes is taken for the one that left. */
const REPLACED_WITHIN_MS = 20_000
const DEPARTURES_MAX = 1_000

export interface Flight {
  /** Undefined: it waited. */
  readonly from: Stay | undefined
  readonly to: Stay
  readonly beganMs: number
}
interface Departure {
  readonly stay: Stay
  readonly atMs: number
}

export class Flights {
  #flights: Flight[] = []
  #departures: Departure[] = []

  /** @param now ms, of any clock that goes forward */
  add({ came, left }: FleetChanges, now: number): void {
    this.#departures = this.#departures.filter(({ atMs }) => now - atMs < REPLACED_WITHIN_MS)
    for (const stay of left) this.#departures.push({ stay, atMs: now })
    this.#departures.splice(0, this.#departures.length - DEPARTURES_MAX)
    for (const to of came) {
      if (this.#flights.length >= FLIGHTS_MAX) return
      this.#flights.push({ from: this.#departed(to), to, beganMs: now })
    }
  }

  /** @returns those that are under way, each with how far it has come, 0 to 1 */
  underway(now: number): readonly (Flight & { readonly progress: number })[] {
    this.#flights = this.#flights.filter(({ beganMs }) => now - beganMs < FLIGHT_MS)
    return this.#flights.map((flight) => ({ ...flight, progress: eased((now - flight.beganMs) / FLIGHT_MS) }))
  }

  #departed({ pod }: Stay): Stay | undefined {
    const isSame = ({ stay }: Departure): boolean =>
      stay.pod.id === pod.id || (pod.deploymentId !== null && stay.pod.deploymentId === pod.deploymentId)
    const at = this.#departures.findIndex(isSame)
    return at < 0 ? undefined : this.#departures.splice(at, 1)[0]?.stay
  }
}

/** Quick at first, and slower where it lands. */
const eased = (share: number): number => 1 - (1 - share) ** 3
