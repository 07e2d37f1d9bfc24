import { describe, expect, it } from "vitest";
import { parseFigures, total } from "./server";

const METRICS = `# HELP requests_total How many.
# TYPE requests_total counter
requests_total{route="/projects/{project}",status="200"} 7
requests_total{route="a \\"b\\", c",status="404"} 2

images 1000000
seconds{quantile="0.99"} 1.5e-3
`;

describe("the figures of /metrics", () => {
  const figures = parseFigures(METRICS);

  it("are had by name, with labels whatever is in them", () => {
    expect([...figures.keys()]).toEqual(["requests_total", "images", "seconds"]);
    expect(figures.get("requests_total")).toEqual([
      { labels: { route: "/projects/{project}", status: "200" }, value: 7 },
      { labels: { route: 'a \\"b\\", c', status: "404" }, value: 2 },
    ]);
    expect(figures.get("seconds")?.[0]?.value).toBe(0.0015);
  });

  it("are summed over the samples that are let through", () => {
    expect(total(figures, "requests_total")).toBe(9);
    expect(total(figures, "requests_total", ({ status }) => status === "404")).toBe(2);
    expect(total(figures, "unknown")).toBe(0);
  });
});
