// What the first frame shows is asked for before the page's own script has come and been read; `ui/src/platform/first.ts` takes
// the answers over. A window that has shown a product asks for that one again.
(() => {
  const ask = (command, args) => {
    const answer = window.__TAURI_INTERNALS__.invoke(command, args);
    // Whoever takes it over hears of a failure.
    answer.catch(() => undefined);
    return answer;
  };
  let productId = null;
  try {
    productId = localStorage.getItem("tapedeck.product");
  } catch {
    // Without a storage there is no product to remember.
  }
  window.__TAPEDECK_FIRST__ = {
    app_bootstrap: ask("app_bootstrap"),
    product_list: ask("product_list"),
    matrix_load: productId === null ? undefined : { productId, answer: ask("matrix_load", { productId }) },
  };
})();
