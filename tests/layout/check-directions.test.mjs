// The check of the styles' directions must refuse what it is there for, and nothing else.

import assert from "node:assert/strict";
import { test } from "node:test";
import { physical } from "../../scripts/check-directions.mjs";

test("left and right are refused, each with what to write", () => {
  for (const line of [
    "left: 0;",
    "margin-right: auto;",
    "border-left: 1px solid;",
    "border-top-left-radius: 0;",
    "text-align: right;",
    "padding: 0 var(--space-1) 0 calc(var(--unit) * 2);",
    "transform: translateX(-100%);",
  ])
    assert.match(physical(`.a {\n  ${line}\n}`).join(), /^2: .* \(write /, line);
});

test("what has no direction, or turns with it, is let through", () => {
  const text = [
    "margin: 0 auto;",
    "padding: 1px 2px 3px;",
    "inset: 0 0 auto 0;",
    "inset-inline-start: 0;",
    "text-align: start;",
    "border-start-end-radius: 0;",
    "transform: translateX(calc(var(--inline) * -100%));",
    "transform: translateY(4px);",
  ];
  assert.deepEqual(physical(text.join("\n")), []);
});
