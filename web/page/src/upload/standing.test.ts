import { expect, it } from "vitest";
import { matchOf } from "../test/answers";
import { isLeftOut, isReplaceable, isWanted, standingOf } from "./standing";

it.each([
  ["exact", true, "known"],
  ["same_picture", true, "known"],
  ["same_picture", false, "similar"],
  ["edited", true, "edited"],
  ["edited", false, "similar"],
  ["similar", true, "similar"],
  ["similar", false, "similar"],
  ["different", true, "new"],
] as const)("a match that is %s (verified: %s) makes a file %s", (verdict, verified, standing) => {
  expect(standingOf(matchOf(verdict, verified))).toBe(standing);
});

it("a file without a match is new", () => {
  expect(standingOf(null)).toBe("new");
});

it("uploads what is not stored, and leaves out edited copies only on request", () => {
  const all = ["known", "edited", "similar", "new"] as const;
  expect(all.filter(isWanted)).toEqual(["similar", "new"]);
  expect(all.filter((standing) => isLeftOut(standing, false))).toEqual(["known"]);
  expect(all.filter((standing) => isLeftOut(standing, true))).toEqual(["known", "edited"]);
});

it("replaces no picture that is known to be another", () => {
  const replaceable = (["exact", "same_picture", "edited", "similar", "different"] as const).filter((verdict) =>
    isReplaceable(matchOf(verdict)),
  );
  expect(replaceable).toEqual(["same_picture", "edited"]);
  expect(isReplaceable(matchOf("similar", false))).toBe(true);
});
