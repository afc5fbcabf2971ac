// Test builds only: keeps every message that Rust sent to this page (answers, errors, channel messages, events). All of
// them go through Tauri's map of callbacks.
(() => {
  const callbacks = window.__TAURI_INTERNALS__.callbacks;
  const received = [];
  const set = callbacks.set.bind(callbacks);
  callbacks.set = (id, callback) =>
    set(id, (message) => {
      received.push(JSON.stringify(message) ?? "null");
      return callback(message);
    });
  Object.defineProperty(window, "__TAPEDECK_TEST_RECEIVED__", { value: received });
})();
