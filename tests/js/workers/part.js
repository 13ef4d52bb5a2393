var parts = (globalThis.parts ?? 0) + own;
