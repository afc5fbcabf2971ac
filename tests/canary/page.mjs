// What a page of the window holds, and calls of commands as a script of the page would make them.

/** Calls a command of the window directly. `events` in the arguments becomes a channel. The answer or the error. */
export function invoke(window, command, args = {}) {
  return window.runAsync(
    `const [command, args, done] = arguments;
     const internals = window.__TAURI_INTERNALS__;
     if (args && args.events === "channel") args.events = "__CHANNEL__:" + internals.transformCallback(() => undefined);
     internals.invoke(command, args).then((answer) => done({ answer: answer ?? null }), (error) => done({ error }));`,
    command,
    args,
  );
}

/** The same for a command that must succeed; its answer. */
export async function answer(window, command, args) {
  const { answer, error } = await invoke(window, command, args);
  if (error) throw new Error(`${command}: ${JSON.stringify(error)}`);
  return answer;
}

/** The matrix as it crosses, its cells with names for what tests ask of them. */
export function namedCells({ matrix, cells, texts }) {
  return {
    ...matrix,
    databases: matrix.databases.map((database, row) => ({
      ...database,
      envs: cells[row].map(([id, slug, connection_url]) => ({ id, slug: texts[slug], connection_url })),
    })),
  };
}

/** The matrix of a product. */
export async function matrixOf(window, productId) {
  return namedCells(await answer(window, "matrix_load", { productId }));
}

/** All that the document holds: its markup, what is in its fields, and what its editors show. */
export function documentText(window) {
  return window.run(`
    const fields = [...document.querySelectorAll("input, textarea, select")].map((field) => field.value);
    return [document.documentElement.outerHTML, document.title, location.href, JSON.stringify(history.state), ...fields].join("\\n");
  `);
}

/** Everything that the page's storages and caches hold. */
export function storageText(window) {
  return window.runAsync(`
    const done = arguments[arguments.length - 1];
    (async () => {
      const found = [document.cookie];
      for (const storage of [localStorage, sessionStorage]) found.push(JSON.stringify({ ...storage }));
      for (const { name } of await indexedDB.databases()) {
        const database = await new Promise((opened, failed) => {
          const request = indexedDB.open(name);
          request.onsuccess = () => opened(request.result);
          request.onerror = () => failed(request.error);
        });
        for (const store of database.objectStoreNames) {
          const rows = await new Promise((read, failed) => {
            const request = database.transaction(store).objectStore(store).getAll();
            request.onsuccess = () => read(request.result);
            request.onerror = () => failed(request.error);
          });
          found.push(name, store, JSON.stringify(rows));
        }
        database.close();
      }
      if (window.caches) {
        for (const name of await caches.keys()) {
          const cache = await caches.open(name);
          for (const request of await cache.keys()) found.push(name, request.url, await (await cache.match(request)).text());
        }
      }
      return found.join("\\n");
    })().then(done, (error) => done("storage: " + error));
  `);
}
