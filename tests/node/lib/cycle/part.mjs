import '../../cycle.mjs'; export const part = 1;
