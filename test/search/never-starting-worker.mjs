/** A thread in which something else goes on and that is never ready. */
setInterval(() => {}, 1000);
await new Promise(() => {});

export const ready = null;
