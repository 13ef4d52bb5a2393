export const done = 'done';
