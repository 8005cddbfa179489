// Remotion: bundles a composition that draws with the page's own code (not timed), then renders it.
//
//   node remotion.mjs bundle PAGE WORK            node remotion.mjs render WORK OUTPUT JSON
import { readFileSync, writeFileSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";

const [, , what, ...given] = process.argv;

if (what === "bundle") {
  const [page, work] = given;
  const { bundle } = await import("@remotion/bundler");
  const html = readFileSync(page, "utf8");
  const style = /<style>([^]*?)<\/style>/.exec(html)[1].replace(/\bbody\b/g, "#stage-of-page");
  const script = /<script>([^]*?)<\/script>/.exec(html)[1];
  const body = html.slice(html.indexOf("</style>") + 8, html.indexOf("<script>"));
  const facts = /width: (\d+), height: (\d+), fps: (\d+), duration: (\d+)/.exec(script).slice(1).map(Number);
  mkdirSync(work, { recursive: true });
  writeFileSync(join(work, "index.jsx"), `
    import React, { useLayoutEffect, useRef } from "react";
    import { Composition, registerRoot, useCurrentFrame } from "remotion";
    const Page = () => {
      const frame = useCurrentFrame();
      const stage = useRef(null);
      useLayoutEffect(() => {
        const inner = ${JSON.stringify(style)};
        const style = document.createElement("style");
        style.textContent = inner;
        document.head.append(style);
        stage.current.innerHTML = ${JSON.stringify(body)};
        const document_ = new Proxy(document, {
          get: (real, name) => {
            if (name === "body") return stage.current;
            const value = real[name];
            return typeof value === "function" ? value.bind(real) : value;
          },
        });
        new Function("document", "window", ${JSON.stringify(script)})(document_, window);
        return () => style.remove();
      }, []);
      useLayoutEffect(() => { window.framecrew.seek(frame / ${facts[2]}, frame, ${facts[2]}); }, [frame]);
      return <div id="stage-of-page" ref={stage} style={{ position: "absolute", inset: 0 }} />;
    };
    registerRoot(() => <Composition id="page" component={Page} width={${facts[0]}} height={${facts[1]}}
      fps={${facts[2]}} durationInFrames={${facts[2] * facts[3]}} />);
  `);
  const made = await bundle({ entryPoint: resolve(work, "index.jsx"), outDir: resolve(work, "bundle") });
  console.log(made);
} else {
  const [work, output, settings] = given;
  const { renderMedia, selectComposition } = await import("@remotion/renderer");
  const { browser, ...options } = JSON.parse(settings);
  const shared = { serveUrl: resolve(work, "bundle"), browserExecutable: browser, chromeMode: "headless-shell" };
  const composition = await selectComposition({ ...shared, id: "page" });
  await renderMedia({ ...shared, composition, codec: "h264", outputLocation: output, ...options });
}
