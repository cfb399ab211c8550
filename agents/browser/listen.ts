/** Hears what comes over a port, which holds everything back until somebody does. */
export function listen<T>(port: MessagePort, hear: (message: T) => void): void {
  port.addEventListener('message', ({ data }: MessageEvent<T>) => hear(data))
  port.start()
}
