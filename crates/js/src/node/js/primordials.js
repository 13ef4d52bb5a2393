// The methods of arrays, texts and regular expressions as functions that take the value first: `list.push(item)` is `array.push(list, item)`.
// It runs before any program, so nothing that a program does to prototypes reaches what is called by these.
(language, native, library) => {
  "use strict";
  const { Array, Function, Object, RegExp, String, apply } = language;
  const { bind, call } = Function.prototype;
  const uncurry = apply(bind, bind, [call]);

  function methodsOf(prototype) {
    const methods = { __proto__: null };
    const names = Object.getOwnPropertyNames(prototype);
    for (let i = 0; i < names.length; i++) {
      const method = prototype[names[i]];
      if (typeof method === "function") methods[names[i]] = uncurry(method);
    }
    return methods;
  }

  return { array: methodsOf(Array.prototype), text: methodsOf(String.prototype), exec: uncurry(RegExp.prototype.exec) };
};
