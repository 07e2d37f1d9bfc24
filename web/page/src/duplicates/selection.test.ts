import { describe, expect, it } from "vitest";
import type { DuplicateGroup, GroupMember } from "../api/types";
import { memberOf } from "../test/answers";
import { bulkOf, copiesOf, omissions, preselected, removals, sectionOf, without } from "./selection";

const groupOf = (...others: GroupMember[]): DuplicateGroup => ({
  group_id: "g",
  best: { image_id: "best", reason: "" },
  images: [memberOf("best", "exact"), ...others],
});

const same = memberOf("same", "same_picture", true, 10);
const file = memberOf("file", "exact", true, 100);
const edited = memberOf("edited", "edited", true, 1000);
const guessed = memberOf("guessed", "edited", false);
const alike = memberOf("alike", "similar");

describe("what goes without a look", () => {
  it("is the same file and the verified same picture, and nothing else", () => {
    const group = groupOf(same, file, edited, guessed, alike, memberOf("unsure", "same_picture", false));
    expect(copiesOf(group).map(({ image_id }) => image_id)).toEqual(["same", "file"]);
    expect(preselected(group, "best")).toEqual(new Set(["same", "file"]));
  });

  it("is only what was compared with the image that is kept instead of the best", () => {
    const group = groupOf(same, file, edited, memberOf("other", "same_picture"));
    expect(preselected(group, "same")).toEqual(new Set(["file", "best"]));
    expect(preselected(group, "file")).toEqual(new Set(["same", "other", "best"]));
    expect(preselected(group, "edited")).toEqual(new Set());
    expect(preselected(group, "gone")).toEqual(new Set());
  });
});

it("shows a group by its strongest claim", () => {
  expect([groupOf(same, edited), groupOf(edited, alike), groupOf(guessed, alike)].map(sectionOf)).toEqual([
    "copies",
    "edited",
    "similar",
  ]);
});

describe("removals", () => {
  const group = groupOf(same, edited, alike);

  it("rest each on its own claim, the strongest first", () => {
    expect(removals(group, "best", new Set(["alike", "same", "edited"]))).toEqual([
      { accept: "same_picture", remove: ["same"] },
      { accept: "edited", remove: ["edited"] },
      { accept: "any", remove: ["alike"] },
    ]);
  });

  it("rest on the weaker of two claims where the best is not the one that is kept", () => {
    expect(removals(group, "edited", new Set(["best", "same", "alike"]))).toEqual([
      { accept: "edited", remove: ["best", "same"] },
      { accept: "any", remove: ["alike"] },
    ]);
  });

  it("never hold the image that is kept", () => {
    expect(removals(group, "same", new Set(["same"]))).toEqual([]);
  });
});

it("counts what keeping the best of each would do", () => {
  const groups = [groupOf(same, file, edited), groupOf(guessed, alike)];
  expect(bulkOf(groups)).toEqual({ groups: 1, removed: 2, bytes: 110, edited: 1, similar: 2 });
});

it("leaves nothing of a group of which only the best is left", () => {
  const group = groupOf(same, edited);
  expect(without(group, ["same"])?.images.map(({ image_id }) => image_id)).toEqual(["best", "edited"]);
  expect(without(group, ["same", "edited"])).toBeNull();
});

it("says what an answer leaves out, and nothing of one that is complete", () => {
  expect(omissions({ left_out: 0, not_compared: 0 })).toBeNull();
  expect(omissions({ left_out: 1, not_compared: 2 })).toMatch(/^Of 1 image only .* 2 pairs may be copies or not/);
});
