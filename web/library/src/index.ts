/** vismatch in a browser: fingerprints, comparison and renditions of pictures that stay on the machine. */

export { createPipeline, type Pipeline } from "./pipeline.js";
export { type Bank } from "./bank.js";
export { VismatchError, type ErrorCode } from "./errors.js";
export { checkBody, type CheckBody, type CheckOptions } from "./check.js";
export {
  COMPARED, decide, decideMatch, isCopy, type CheckAnswer, type CheckedMatch, type CheckedPicture, type Comparing,
  type DecideOptions,
} from "./decide.js";
export * from "./types.js";
