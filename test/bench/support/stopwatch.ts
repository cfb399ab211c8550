/** CPU time of this process and time on the wall, of what happens between start and stop. */

export class Stopwatch {
  cpuSeconds = 0
  wallSeconds = 0
  #cpu = process.cpuUsage()
  #wall = 0

  start(): void {
    this.#cpu = process.cpuUsage()
    this.#wall = performance.now()
  }

  stop(): void {
    const { user, system } = process.cpuUsage(this.#cpu)
    this.cpuSeconds += (user + system) / 1e6
    this.wallSeconds += (performance.now() - this.#wall) / 1000
  }
}
