// Asking again when the server is gone, busy or failing: later each time.
import { ApiError } from "../api/client";

const FIRST = 500;
const LONGEST = 15_000;
/** A server that is there and fails is asked this often; one that is gone or busy is asked without end. */
const ATTEMPTS = 5;

/** Milliseconds before attempt `number` (the second is 1), spread so that not all ask at once. */
export function pause(number: number, retryAfter = 0): number {
  const grown = Math.min(FIRST * 2 ** (number - 1), LONGEST);
  return Math.max(grown, retryAfter * 1000) * (0.75 + Math.random() / 2);
}

/** Waits; rejects with the signal's reason when it is aborted. */
export function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", stop, { once: true });
  });
}

/** Runs `attempt` until it succeeds, fails for good, or the signal is aborted. */
export async function persist<T>(
  attempt: () => Promise<T>,
  signal: AbortSignal,
  onRetry: (fault: ApiError, milliseconds: number) => void,
): Promise<T> {
  for (let number = 1; ; number++) {
    try {
      return await attempt();
    } catch (fault) {
      if (!(fault instanceof ApiError) || !fault.passes) throw fault;
      if (fault.status === 500 && number >= ATTEMPTS) throw fault;
      const milliseconds = pause(number, fault.retryAfter);
      onRetry(fault, milliseconds);
      await wait(milliseconds, signal);
    }
  }
}
