import { expect, it } from "vitest";
import { bytes, count, megapixels, percent } from "./words";

it.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [9_940, "9.9 kB"],
  [12_345, "12 kB"],
  [1_500_000, "1.5 MB"],
  [7.2e12, "7.2 TB"],
  [3e15, "3000 TB"],
])("%i bytes are %s", (number, text) => {
  expect(bytes(number)).toBe(text);
});

it("counts one and many", () => {
  expect([count(1, "image"), count(0, "image"), count(1234, "copy", "copies")]).toEqual(["1 image", "0 images", "1,234 copies"]);
});

it("does not round what is not all up to all", () => {
  expect([percent(0.5), percent(0.996), percent(1)]).toEqual(["50 %", "99.6 %", "100 %"]);
});

it("gives small pictures a decimal", () => {
  expect([megapixels(1000, 1000), megapixels(6000, 4000)]).toEqual(["1.0 MP", "24 MP"]);
});
