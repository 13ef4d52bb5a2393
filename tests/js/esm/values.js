export const eleven = 11;
export const twice = (n) => 2 * n;
