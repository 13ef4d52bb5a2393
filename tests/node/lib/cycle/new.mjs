import { done } from './done.mjs'; export default done; export const fresh = 3;
