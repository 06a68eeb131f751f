// Waiting for something with a limit: the error says for what.

/** For what only takes the time that the machine takes for it. */
export const PATIENCE = 60_000;

export function deadline(promise, ms, what) {
    let timer;
    const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`waited ${ms} ms for ${what}`)), ms);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Looks again after each short pause until `look` gives something true. */
export async function eventually(look, ms, what) {
    const end = performance.now() + ms;
    for (;;) {
        const found = await look();
        if (found) return found;
        if (performance.now() > end) throw new Error(`waited ${ms} ms for ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}
