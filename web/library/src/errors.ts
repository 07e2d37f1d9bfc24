/** Why there is no answer. Each code says who must act; codes are stable, messages are for people. */

/** The first five are the cases of the pipeline's contract, the others are the library's own. */
export type ErrorCode =
  /** Not a picture in a format that is read; the message names what it looks like. */
  | "unsupported-format"
  /** A broken or cut off file; the message names format and fault. */
  | "corrupt"
  /** A sound picture over a limit. */
  | "too-large"
  /** The caller's program is wrong: an argument is out of range. */
  | "invalid-parameter"
  /** A fault of this library. */
  | "internal"
  /** The job took longer than the pipeline's `timeout`. */
  | "timeout"
  /** More jobs wait than the pipeline's `queue` allows: call again later. */
  | "busy"
  /** The pipeline was closed. */
  | "closed"
  /** The file cannot be read: it was moved, changed or its permission is gone. */
  | "unreadable"
  /** A part of the library, a bank or a thumbnail cannot be loaded: the network, the address or the server's settings. */
  | "unavailable";

export class VismatchError extends Error {
  override readonly name = "VismatchError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
