// Helios: its renderer and its page library, unmodified.
//
//   node helios.mjs bundle PAGE WORK              node helios.mjs render WORK OUTPUT JSON
import { readFileSync, writeFileSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [, , what, ...given] = process.argv;

if (what === "bundle") {
  const [page, work] = given;
  const { build } = await import("esbuild");
  mkdirSync(work, { recursive: true });
  const html = readFileSync(page, "utf8");
  const facts = /width: (\d+), height: (\d+), fps: (\d+), duration: (\d+)/.exec(html).slice(1).map(Number);
  writeFileSync(join(work, "moved.js"), `
    import { Helios } from "@helios-project/core";
    const helios = new Helios({ width: ${facts[0]}, height: ${facts[1]}, fps: ${facts[2]}, duration: ${facts[3]} });
    helios.bindToDocumentTimeline();
    helios.subscribe((state) =>
      window.framecrew.seek(state.currentFrame / ${facts[2]}, Math.round(state.currentFrame), ${facts[2]}));
    window.helios = helios;
  `);
  const made = await build({ entryPoints: [join(work, "moved.js")], bundle: true, format: "iife", write: false,
    nodePaths: [resolve("node_modules")] });
  writeFileSync(join(work, "index.html"), `${html}<script>${made.outputFiles[0].text}</script>`);
} else {
  const [work, output, settings] = given;
  const { RenderOrchestrator } = await import("@helios-project/renderer");
  const { browser, page, ...options } = JSON.parse(settings);
  await RenderOrchestrator.render(pathToFileURL(resolve(work, "index.html")).href, output, {
    ...page, browserConfig: { executablePath: browser, headless: true }, ...options,
  });
  process.exit(0);
}
