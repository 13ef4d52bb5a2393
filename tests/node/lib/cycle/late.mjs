import './part.mjs'; export const late = 2;
