/** Kills a process group, whose id is the pid of its leader. Each pod leads a group of its own. POSIX only. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    // It has ended by itself.
  }
}
