import { named } from 'cjs-package';
export const sum = named + 1;
