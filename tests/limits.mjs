// Limits of time, for the tests in a browser and in the real window.

/**
 * A limit of time, in milliseconds. `scripts/soak` holds it on a quiet machine; in `make test`, where others may have most
 * of the processors, only what is several times too slow fails: a window that stands still.
 */
export const atMost = (ms) => (process.env.TAPEDECK_SOAK === "1" ? ms : 5 * ms);
