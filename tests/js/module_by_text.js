// A text that can only be a module is one, whatever its name.
export const answer = await Promise.resolve(42);
print(this, answer, typeof import.meta.url);
//> undefined 42 string
