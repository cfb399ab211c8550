/** The two pipes between an agent and a pod's process: JSON texts, one a line. */

/** File descriptors in the pod's process, after the three standard ones. */
export const FROM_POD_FD = 3
export const TO_POD_FD = 4
/** Fits the largest answer of `context.fetch`, in base64. A pod that says a longer line is killed. */
export const FRAME_BYTES_MAX = 8_000_000
/** Answers that a pod has not read yet; a pod that asks and does not read is killed. */
export const UNREAD_BYTES_MAX = 16_000_000
