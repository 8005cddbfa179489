// Compositions of Hyperframes that lie in files of their own, or in templates of the page: they are put where they belong.
// Each sees itself alone: its styles, its scripts and what they look for end at its place.
(() => {
  const clock = globalThis.__framecrew;
  if (window !== window.top || clock.mount) return;

  const MOST_DEEP = 10;

  // A path that leads up is read from its own file; any other, as Hyperframes does, from the page.
  const address = (text, file) => new URL(text, text.startsWith("../") ? file : document.baseURI).href;

  function readdress(tree, file) {
    const replace = (element, name, change) => element.setAttribute(name, change(element.getAttribute(name)));
    for (const name of ["src", "href"]) {
      for (const element of tree.querySelectorAll(`[${name}^="../"]`)) replace(element, name, (text) => address(text, file));
    }
    const inStyle = (text) => text.replace(/url\(\s*(["']?)(\.\.\/[^)"']+)\1\s*\)/g, (_, quote, path) =>
      `url(${quote}${address(path, file)}${quote})`);
    for (const style of tree.querySelectorAll("style")) style.textContent = inStyle(style.textContent);
    for (const element of tree.querySelectorAll("[style]")) replace(element, "style", inStyle);
  }

  // What is in a composition: from a template, or the whole of a file that has none.
  async function contentOf(host) {
    const { compositionSrc, compositionId } = host.dataset;
    if (!compositionSrc) {
      const template = document.getElementById(`${compositionId}-template`);
      return template?.content ? { tree: template.content.cloneNode(true), file: document.baseURI, html: null } : null;
    }
    const file = new URL(compositionSrc, document.baseURI).href;
    const answer = await fetch(file);
    if (!answer.ok) throw new Error(`the composition ${compositionSrc} is not there: status ${answer.status}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const template = page.querySelector("template");
    const tree = template ? document.importNode(template.content, true) : document.createDocumentFragment();
    if (!template) tree.append(...page.head.querySelectorAll("style, link, script"), ...page.body.childNodes);
    readdress(tree, file);
    return { tree, file, html: page.documentElement };
  }

  // Its rules hold for it alone; what stands for the page in them, or for the whole of it, is its place.
  function scoped(text, host, inner) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text.replace(/\[data-composition-id=["']?([^"'\]]+)["']?\]/g, (whole, id) =>
      [host, inner].some((one) => one?.dataset.compositionId === id) ? ":scope" : whole));
    const ofAll = [CSSKeyframesRule, CSSFontFaceRule, window.CSSPropertyRule].filter(Boolean);
    const isOfAll = (rule) => ofAll.some((kind) => rule instanceof kind);
    const rules = [...sheet.cssRules];
    for (const rule of rules) {
      if (!rule.selectorText) continue;
      const parts = rule.selectorText.split(",").map((part) => (/^\s*(html|body|:root)\s*$/.test(part) ? ":scope" : part));
      rule.selectorText = parts.join(",");
    }
    const write = (ones) => ones.map((rule) => rule.cssText);
    const place = `[data-composition-id="${CSS.escape(host.dataset.compositionId)}"]`;
    return [
      ...(text.match(/@import[^;]+;/g) ?? []),
      ...write(rules.filter(isOfAll)),
      `@scope (${place}) to (:scope [data-composition-id] > *) {`, // those that lie in it are others
      ...write(rules.filter((rule) => !isOfAll(rule))),
      "}",
    ].join("\n");
  }

  // The document as it is for a script of a composition: what it looks for is looked for there first.
  function documentOf(host) {
    const inside = {
      querySelector: (selector) => host.querySelector(selector) ?? document.querySelector(selector),
      querySelectorAll: (selector) => {
        const found = host.querySelectorAll(selector);
        return found.length ? found : document.querySelectorAll(selector);
      },
      getElementById: (id) => host.querySelector(`#${CSS.escape(id)}`) ?? document.getElementById(id),
    };
    return veiled(document, inside);
  }
  function veiled(thing, inside) {
    return new Proxy(thing, {
      get(target, name) {
        if (Object.hasOwn(inside, name)) return inside[name];
        const value = target[name];
        // Its own methods want it and not what it is veiled by; classes stay what they are.
        return typeof value === "function" && !value.prototype ? value.bind(target) : value;
      },
      set(target, name, value) {
        (Object.hasOwn(inside, name) ? inside : target)[name] = value;
        return true;
      },
    });
  }

  function run(text, host, known) {
    known.document ??= documentOf(host);
    const values = { ...known, window: veiled(window, known) };
    const action = new Function(...Object.keys(values), text);
    const call = () => action.apply(window, Object.values(values));
    // Libraries look for their targets by themselves, and know such borders as well.
    const inAnime = window.anime?.createScope ? () => window.anime.createScope({ root: host }).add(call) : call;
    if (window.gsap?.context) window.gsap.context(inAnime, host);
    else inAnime();
  }

  const loaded = (element) => new Promise((done, fail) => {
    element.addEventListener("load", done, { once: true });
    element.addEventListener("error", () => fail(new Error(`${element.src} cannot be loaded`)), { once: true });
  });

  async function runScript(script, host, known) {
    const kind = script.type.trim().toLowerCase();
    const made = document.createElement("script");
    for (const { name, value } of script.attributes) made.setAttribute(name, value);
    if (script.src || script.getAttribute("src")) {
      made.src = address(script.getAttribute("src"), document.baseURI);
      if ([...document.scripts].some((one) => one.src === made.src)) return;
      made.async = false;
      const coming = loaded(made);
      document.body.append(made);
      await coming;
    } else if (kind === "module") {
      // Nobody is told when one that stands in the page has run.
      const coming = new Promise((done) => {
        clock.hasRun = done;
        for (const thing of [window, made]) thing.addEventListener("error", done, { once: true });
      });
      made.textContent = `${script.textContent}\n;globalThis.__framecrew.hasRun();`;
      document.body.append(made);
      await coming;
    } else if (kind === "importmap") {
      made.textContent = script.textContent;
      document.body.append(made);
    } else if (!kind || /javascript/.test(kind)) {
      run(script.textContent, host, known);
    }
  }

  async function mountOne(host, { names, read, declared, bind, mounted }) {
    const content = await contentOf(host);
    if (!content) return;
    const { tree, html } = content;
    const scripts = [...tree.querySelectorAll("script")];
    for (const script of scripts) script.remove();
    for (const link of tree.querySelectorAll('link[rel~="stylesheet"], link[rel~="preconnect"]')) document.head.append(link);
    const inner = tree.querySelector("[data-composition-id]");
    if (!host.dataset.compositionId && inner) host.dataset.compositionId = inner.dataset.compositionId;
    for (const style of tree.querySelectorAll("style")) {
      const made = document.createElement("style");
      made.textContent = scoped(style.textContent, host, inner);
      document.head.append(made);
      style.remove();
    }
    if (inner) {
      // The place is the composition from now on.
      for (const [side, name] of [["width", "data-width"], ["height", "data-height"]]) {
        const size = parseFloat(inner.getAttribute(name));
        if (size > 0) host.style[side] = inner.style[side] = `${size}px`;
        else inner.style[side] = "100%";
      }
      for (const name of ["composition-id", "start", "duration", "width", "height"]) inner.removeAttribute(`data-${name}`);
    }
    host.replaceChildren(inner ?? tree);
    const values = { ...(html && declared(html)), ...read(host, "data-variable-values", "{}") };
    const known = names(() => values);
    mounted.set(host, known);
    bind(host, values);
    await document.fonts.ready;
    for (const script of scripts) await runScript(script, host, known);
  }

  clock.mount = async (how) => {
    const tried = new Set();
    for (let depth = 0; depth < MOST_DEEP; depth++) {
      const places = [...document.querySelectorAll("[data-composition-src], [data-composition-id]")]
        .filter((host) => !tried.has(host) && (host.dataset.compositionSrc || !host.children.length));
      if (!places.length) return;
      for (const host of places) {
        tried.add(host);
        await mountOne(host, how);
      }
    }
    throw new Error(`compositions lie in each other more than ${MOST_DEEP} deep`);
  };
})();
